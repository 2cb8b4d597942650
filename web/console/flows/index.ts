import { lazyPage } from "../page/catalogue.ts";

/** The flows of self-service: outline, canvas, trial run. */
export const flowsPage = lazyPage(
  "flows",
  {
    en: () => import("./locales/en.json"),
    "zh-Hant": () => import("./locales/zh-Hant.json"),
    "zh-Hans": () => import("./locales/zh-Hans.json"),
  },
  () => import("./FlowsPage.tsx").then((file) => file.FlowsPage),
);
