import { lazyPage } from "../page/catalogue.ts";

/** The page of messages that callers left. */
export const voicemailsPage = lazyPage(
  "voicemails",
  {
    en: () => import("./locales/en.json"),
    "zh-Hant": () => import("./locales/zh-Hant.json"),
    "zh-Hans": () => import("./locales/zh-Hans.json"),
  },
  () => import("./VoicemailsPage.tsx").then((file) => file.VoicemailsPage),
);
