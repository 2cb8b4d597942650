import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import css from "./Articles.module.css";

const PAUSE_MS = 250;

interface SearchFieldProps {
  label: string;
  words: string;
  search(words: string): void;
  testId?: string;
}

/** Searches while one types, never with the half-written characters of an input method. */
export function SearchField({ label, words, search, testId }: SearchFieldProps) {
  const [typed, setTyped] = useState(words);
  const [isComposing, setComposing] = useState(false);
  useEffect(() => setTyped(words), [words]); // the address changed: back, or a link
  const latest = useRef(search);
  latest.current = search;
  useEffect(() => {
    if (isComposing || typed === words) return;
    const timer = setTimeout(() => latest.current(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, words, isComposing]);
  return (
    <div className={css.search}>
      <Search size={16} aria-hidden="true" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        maxLength={300}
        onChange={(event) => setTyped(event.target.value)}
        onCompositionStart={() => setComposing(true)}
        onCompositionEnd={() => setComposing(false)}
        data-testid={testId}
      />
    </div>
  );
}
