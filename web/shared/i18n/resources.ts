// The text catalogues of all pages. Each page adds its own namespace by declaration merging:
//   declare module "../shared/i18n/resources" { interface Resources { console: typeof en } }
// Keys are then checked by the compiler wherever `t` is called.

export interface Resources {}

declare module "i18next" {
  interface CustomTypeOptions {
    resources: Resources;
    strictKeyChecks: true;
  }
}
