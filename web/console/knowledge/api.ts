// The service's operations that the knowledge pages use, by name.
import { call } from "../../shared/api/index.ts";
import type * as Api from "../../shared/api/index.ts";

const PAGE = 100;
const UPLOAD_MS = 120_000;

export type ArticleFilter = Omit<NonNullable<Api.ListArticlesData["query"]>, "before" | "limit">;
export type Period = { since?: string; until?: string };

const article = (article_id: string) => ({ path: { article_id } });

export const knowledge = {
  articles: (filter: ArticleFilter, before: string | null, signal: AbortSignal) =>
    call<Api.ListArticlesData, Api.ListArticlesResponse>("GET", "/api/v1/faq/articles", {
      query: { ...filter, before, limit: PAGE },
      signal,
    }),

  article: (id: string, version?: number) =>
    call<Api.GetArticleData, Api.GetArticleResponse>("GET", "/api/v1/faq/articles/{article_id}", {
      ...article(id),
      query: { version },
    }),

  create: (body: Api.NewArticle) =>
    call<Api.CreateArticleData, Api.CreateArticleResponse>("POST", "/api/v1/faq/articles", { body }),

  save: (id: string, body: Api.ArticleChange) =>
    call<Api.ChangeArticleData, Api.ChangeArticleResponse>("PUT", "/api/v1/faq/articles/{article_id}", {
      ...article(id),
      body,
    }),

  restore: (id: string, version: number, base_version: number) =>
    call<Api.RestoreArticleData, Api.RestoreArticleResponse>("POST", "/api/v1/faq/articles/{article_id}/restore", {
      ...article(id),
      body: { version, base_version },
    }),

  review: (id: string, base_version: number) =>
    call<Api.ReviewArticleData, Api.ReviewArticleResponse>("POST", "/api/v1/faq/articles/{article_id}/review", {
      ...article(id),
      body: { base_version },
    }),

  publish: (id: string, version: number) =>
    call<Api.PublishArticleData, Api.PublishArticleResponse>("POST", "/api/v1/faq/articles/{article_id}/publish", {
      ...article(id),
      body: { version },
    }),

  schedule: (id: string, version: number, at: string) =>
    call<Api.ScheduleArticleData, Api.ScheduleArticleResponse>("PUT", "/api/v1/faq/articles/{article_id}/schedule", {
      ...article(id),
      body: { version, at },
    }),

  unschedule: (id: string) =>
    call<Api.UnscheduleArticleData, Api.UnscheduleArticleResponse>(
      "DELETE",
      "/api/v1/faq/articles/{article_id}/schedule",
      article(id),
    ),

  archive: (id: string, base_version: number) =>
    call<Api.ArchiveArticleData, Api.ArchiveArticleResponse>("POST", "/api/v1/faq/articles/{article_id}/archive", {
      ...article(id),
      body: { base_version },
    }),

  versions: (id: string) =>
    call<Api.ListArticleVersionsData, Api.ListArticleVersionsResponse>(
      "GET",
      "/api/v1/faq/articles/{article_id}/versions",
      article(id),
    ),

  compare: (id: string, before: number, after: number) =>
    call<Api.CompareArticleVersionsData, Api.CompareArticleVersionsResponse>(
      "GET",
      "/api/v1/faq/articles/{article_id}/compare",
      { ...article(id), query: { before, after } },
    ),

  categories: (lang: Api.Language) =>
    call<Api.ListArticleCategoriesData, Api.ListArticleCategoriesResponse>("GET", "/api/v1/faq/categories", {
      query: { lang },
    }),

  tags: () => call<Api.ListArticleTagsData, Api.ListArticleTagsResponse>("GET", "/api/v1/faq/tags"),

  colleagues: () =>
    call<Api.ListAgentsData, Api.ListAgentsResponse>("GET", "/api/v1/agents", { query: { limit: 500 } }),

  tryOut: (body: Api.TryOut, signal: AbortSignal) =>
    call<Api.TryOutArticleData, Api.TryOutArticleResponse>("POST", "/api/v1/faq/try-out", { body, signal }),

  preview: (body: Api.ContentFields, signal: AbortSignal) =>
    call<Api.PreviewArticleData, Api.PreviewArticleResponse>("POST", "/api/v1/faq/preview", { body, signal }),

  gaps: (period: Period) =>
    call<Api.ListFaqGapGroupsData, Api.ListFaqGapGroupsResponse>("GET", "/api/v1/faq/gap-groups", {
      query: { ...period, limit: 200 },
    }),

  addWording: (key: string, body: Api.GapWording) =>
    call<Api.AddGapWordingData, Api.AddGapWordingResponse>("POST", "/api/v1/faq/gaps/{key}/wording", {
      path: { key },
      body,
    }),

  draftFromGap: (key: string, body: Api.GapDraft) =>
    call<Api.DraftFromGapData, Api.DraftFromGapResponse>("POST", "/api/v1/faq/gaps/{key}/draft", { path: { key }, body }),

  dismissGap: (key: string) =>
    call<Api.DismissGapData, Api.DismissGapResponse>("DELETE", "/api/v1/faq/gaps/{key}", { path: { key } }),

  figures: (period: Period, lang: Api.Language) =>
    call<Api.ArticleFiguresData, Api.ArticleFiguresResponse>("GET", "/api/v1/faq/figures", {
      query: { ...period, lang, limit: 200 },
    }),

  articleSearches: (id: string, figure: Api.Figure, period: Period) =>
    call<Api.ArticleSearchesData, Api.ArticleSearchesResponse>("GET", "/api/v1/faq/articles/{article_id}/searches", {
      ...article(id),
      query: { ...period, figure, limit: 200 },
    }),

  totals: (split: Api.Split, period: Period, time_zone: string) =>
    call<Api.FaqTotalsData, Api.FaqTotalsResponse>("GET", "/api/v1/faq/totals", {
      query: { ...period, split, time_zone },
    }),

  searches: (query: NonNullable<Api.ListFaqSearchesData["query"]>) =>
    call<Api.ListFaqSearchesData, Api.ListFaqSearchesResponse>("GET", "/api/v1/faq/searches", {
      query: { ...query, limit: 200 },
    }),

  upkeep: (lang: Api.Language) =>
    call<Api.FaqUpkeepData, Api.FaqUpkeepResponse>("GET", "/api/v1/faq/upkeep", { query: { lang } }),

  learned: (id: string) =>
    call<Api.ListLearnedWordingsData, Api.ListLearnedWordingsResponse>(
      "GET",
      "/api/v1/faq/articles/{article_id}/learned",
      article(id),
    ),

  takeBack: (article_id: string, wording_id: string) =>
    call<Api.TakeBackWordingData, Api.TakeBackWordingResponse>(
      "DELETE",
      "/api/v1/faq/articles/{article_id}/learned/{wording_id}",
      { path: { article_id, wording_id } },
    ),

  synonyms: () => call<Api.ListSynonymsData, Api.ListSynonymsResponse>("GET", "/api/v1/faq/synonyms"),

  addSynonym: (body: Api.NewSynonym) =>
    call<Api.AddSynonymData, Api.AddSynonymResponse>("POST", "/api/v1/faq/synonyms", { body }),

  removeSynonym: (synonym_id: string) =>
    call<Api.RemoveSynonymData, Api.RemoveSynonymResponse>("DELETE", "/api/v1/faq/synonyms/{synonym_id}", {
      path: { synonym_id },
    }),

  answering: () => call<Api.ReadAnsweringData, Api.ReadAnsweringResponse>("GET", "/api/v1/faq/answering"),

  setAnswering: (mode: Api.AnsweringMode) =>
    call<Api.SetAnsweringData, Api.SetAnsweringResponse>("PUT", "/api/v1/faq/answering", { body: { mode } }),

  runs: () => call<Api.ListCalibrationRunsData, Api.ListCalibrationRunsResponse>("GET", "/api/v1/faq/calibration-runs"),

  startRun: (body: Api.NewRun) =>
    call<Api.StartCalibrationRunData, Api.StartCalibrationRunResponse>("POST", "/api/v1/faq/calibration-runs", {
      body,
      timeoutMs: UPLOAD_MS,
    }),

  takeOver: (run_id: string, body: Api.TakingOver) =>
    call<Api.TakeOverCalibrationData, Api.TakeOverCalibrationResponse>(
      "POST",
      "/api/v1/faq/calibration-runs/{run_id}/take-over",
      { path: { run_id }, body },
    ),

  startImport: (body: string, query: Api.ImportArticlesData["query"]) =>
    call<Api.ImportArticlesData, Api.ImportArticlesResponse>("POST", "/api/v1/faq/imports", {
      body,
      query,
      contentType: query.format === "csv" ? "text/csv" : "application/x-ndjson",
      timeoutMs: UPLOAD_MS,
    }),

  importState: (import_id: string) =>
    call<Api.GetImportData, Api.GetImportResponse>("GET", "/api/v1/faq/imports/{import_id}", { path: { import_id } }),
};

/** Where a file of all articles comes from. */
export const exportAddress = (format: Api.Format) => `/api/v1/faq/export?format=${format}`;
