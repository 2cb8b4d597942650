import { useEffect, useRef } from "react";
import type { FaqResult } from "../../shared/api/index.ts";
import css from "./FaqPanel.module.css";
import { marked } from "./marked.ts";
import { plainText } from "./plain.ts";

interface FaqRowProps {
  id: string;
  article: FaqResult;
  words: string;
  chosen: boolean;
  choose(): void;
}

/** One article; the chosen one shows its full answer. */
export function FaqRow({ id, article, words, chosen, choose }: FaqRowProps) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (chosen) row.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <li
      ref={row}
      id={id}
      role="option"
      aria-selected={chosen}
      lang={article.lang}
      className={css.row}
      onClick={choose}
      data-testid="faq-result"
    >
      <b>
        {marked(article.title, words).map(({ text, hit }, at) => (hit ? <mark key={at}>{text}</mark> : text))}
      </b>
      <p>{chosen ? plainText(article.answer) : article.answer_short}</p>
    </li>
  );
}
