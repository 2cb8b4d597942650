import type en from "./locales/en.json";

declare module "../../shared/i18n/resources" {
  interface Resources {
    floor: typeof en;
  }
}
