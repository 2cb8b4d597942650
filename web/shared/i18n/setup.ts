// Starts i18next for one page. A catalogue is its own chunk, loaded when its language is used.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { isLocale, keepLocale, keptLocale, type Locale, matchLocale } from "./locales.ts";

type Catalogue = { default: object };
export type CatalogueLoaders = Record<Locale, () => Promise<Catalogue>>;

const loadersOf = new Map<string, CatalogueLoaders>();

async function load(locale: Locale): Promise<void> {
  for (const [namespace, loaders] of loadersOf) {
    if (i18next.hasResourceBundle(locale, namespace)) continue;
    const catalogue = await loaders[locale]();
    i18next.addResourceBundle(locale, namespace, catalogue.default);
  }
}

/** Load the page's catalogue for the kept or best language and make `useTranslation(namespace)` work. */
export async function startI18n(namespace: string, loaders: CatalogueLoaders): Promise<void> {
  loadersOf.set(namespace, loaders);
  const locale = keptLocale() ?? matchLocale(navigator.languages);
  await i18next.use(initReactI18next).init({
    lng: locale,
    fallbackLng: false,
    ns: [namespace],
    defaultNS: namespace,
    resources: {},
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  await showLocale(locale);
}

/** Load one more catalogue, of a part of the page that is not always there; `useTranslation(namespace)` then works. */
export async function addCatalogue(namespace: string, loaders: CatalogueLoaders): Promise<void> {
  loadersOf.set(namespace, loaders);
  await load(currentLocale());
}

/** Show the page in a language, without remembering it. */
export async function showLocale(locale: Locale): Promise<void> {
  await load(locale);
  document.documentElement.lang = locale;
  await i18next.changeLanguage(locale);
}

/** The agent chose a language: show it and keep it for this browser. */
export async function chooseLocale(locale: Locale): Promise<void> {
  keepLocale(locale);
  await showLocale(locale);
}

/** The language on screen. */
export function currentLocale(): Locale {
  return isLocale(i18next.language) ? i18next.language : "en";
}
