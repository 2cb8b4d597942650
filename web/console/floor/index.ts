import { lazyPage } from "../page/catalogue.ts";

/** The supervisors' page: the floor now, alerts, callbacks and whom nobody has reached. */
export const floorPage = lazyPage(
  "floor",
  {
    en: () => import("./locales/en.json"),
    "zh-Hant": () => import("./locales/zh-Hant.json"),
    "zh-Hans": () => import("./locales/zh-Hans.json"),
  },
  () => import("./FloorPage.tsx").then((file) => file.FloorPage),
);
