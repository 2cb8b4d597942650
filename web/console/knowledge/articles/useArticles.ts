// The list of articles as the address filters it, page after page.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import type { ArticleStatus, Audience, Language } from "../../../shared/api/index.ts";
import { isLocale } from "../../../shared/i18n/locales.ts";
import { useTextFilter } from "../../page/useFilter.ts";
import { type ArticleFilter, knowledge } from "../api.ts";

export const STATUSES: readonly ArticleStatus[] = ["draft", "in_review", "published", "archived"];
export const AUDIENCES: readonly Audience[] = ["both", "public", "agents"];

/** "en": written in English; "-en": not written in it. */
export type LanguageFilter = "" | Language | `-${Language}`;

export interface Filters {
  status: string;
  language: string;
  audience: string;
  category: string;
  tag: string;
  due: string;
  q: string;
}

/** The filters in the address, and the way to change one. */
export function useFilters(): [Filters, (name: keyof Filters, value: string, options?: { replace?: boolean }) => void] {
  const all = {
    status: useTextFilter("status"),
    language: useTextFilter("language"),
    audience: useTextFilter("audience"),
    category: useTextFilter("category"),
    tag: useTextFilter("tag"),
    due: useTextFilter("due"),
    q: useTextFilter("q"),
  };
  const values = Object.fromEntries(Object.entries(all).map(([name, [value]]) => [name, value])) as unknown as Filters;
  return [values, (name, value, options) => all[name][1](value, options)];
}

/** What the service is asked; a value that it does not know is no filter. Pure. */
export function queryOf(filters: Filters, today: string): ArticleFilter {
  const language = filters.language.replace(/^-/, "");
  const known = isLocale(language) ? language : undefined;
  const lacks = filters.language.startsWith("-");
  return {
    status: STATUSES.find((one) => one === filters.status),
    audience: AUDIENCES.find((one) => one === filters.audience),
    language: lacks ? undefined : known,
    lacks: lacks ? known : undefined,
    category: filters.category || undefined,
    tag: filters.tag || undefined,
    review_until: filters.due ? today : undefined,
    q: filters.q.trim().slice(0, 300) || undefined,
  };
}

/** The articles that fit. */
export function useArticles(filters: Filters) {
  const filter = queryOf(filters, new Date().toLocaleDateString("sv-SE"));
  const query = useInfiniteQuery({
    queryKey: ["articles", filter],
    queryFn: ({ pageParam, signal }) => knowledge.articles(filter, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return {
    articles: query.data?.pages.flatMap((page) => page.articles),
    isWhole: query.data !== undefined && !hasNextPage,
    isError: query.isError,
    retry: () => void query.refetch(),
    more,
  };
}
