import { lazyPage } from "../page/catalogue.ts";

/** Articles, gaps, figures, synonyms and automatic answers. */
export const knowledgePage = lazyPage(
  "knowledge",
  {
    en: () => import("./locales/en.json"),
    "zh-Hant": () => import("./locales/zh-Hant.json"),
    "zh-Hans": () => import("./locales/zh-Hans.json"),
  },
  () => import("./KnowledgePage.tsx").then((file) => file.KnowledgePage),
);
