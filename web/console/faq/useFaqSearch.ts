import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { ContactView, FaqResults } from "../../shared/api/index.ts";
import type { Locale } from "../../shared/i18n/locales.ts";
import { api } from "../api.ts";

/** Long enough that a fast typist asks once a word, short enough to feel immediate. */
const PAUSE_MS = 90;
const LIMIT = 8;
const FRESH_MS = 5 * 60_000;

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** What to look for while nothing is typed: the caller's own words, else the topic they chose. */
export function suggestionFor(contact: ContactView | null): string {
  const service = contact?.screen_pop.self_service;
  return service?.question ?? service?.topic_label ?? "";
}

export interface FaqSearch {
  answer: FaqResults | null;
  failed: boolean;
  searching: boolean;
  retry(): void;
}

/** Search as one types; the last results stay until the next are there, so that rows do not flicker. */
export function useFaqSearch(words: string, lang: Locale): FaqSearch {
  const q = useSettled(words.trim());
  const query = useQuery({
    queryKey: ["faq", lang, q],
    queryFn: ({ signal }) => api.searchFaq({ q, lang, limit: LIMIT }, signal),
    enabled: q.length > 0,
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
  });
  return {
    answer: q.length > 0 ? (query.data ?? null) : null,
    failed: query.isError,
    searching: q.length > 0 && query.isPending,
    retry: () => void query.refetch(),
  };
}
