// All that every page of the site loads: a button in a shadow root. The panel comes when somebody is about to use it.
import { isLocale, type Locale, matchLocale } from "../shared/i18n/locales.ts";
import css from "./loader.css?inline";
import type { Host, PageExtras, Panel } from "./panel.tsx";

declare const __PANEL__: string; // the address of the panel's file, put in by the build

type Listener = (detail: unknown) => void;

/** What the site may call: `Switchboard.open()`. Calls before this file is here: `(window.Switchboard ??= []).push(["open"])`. */
interface SiteApi {
  open: () => void;
  close: () => void;
  identify: (token: string) => Promise<void>;
  signOut: () => void;
  page: (extras: PageExtras) => void;
  on: (event: string, listener: Listener) => void;
}

const OPEN: Record<Locale, string> = { en: "Open chat", "zh-Hant": "開啟對話", "zh-Hans": "打开对话" };
const SVG = "http://www.w3.org/2000/svg";

function start(script: HTMLScriptElement): void {
  const { key, lang, color } = script.dataset;
  if (!key) return console.error("Switchboard: the script tag needs data-key");
  const base = new URL(script.src).origin;
  const wanted = [lang, document.documentElement.lang, ...navigator.languages];
  const locale = isLocale(lang) ? lang : matchLocale(wanted.filter((tag): tag is string => !!tag));
  const listeners: [string, Listener][] = [];
  const emit = (event: string, detail?: unknown) => {
    for (const [name, listener] of listeners) if (name === event) listener(detail);
  };

  const box = document.createElement("div");
  const root = box.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet(); // needs no style-src of the page, where a style element would
  const accent = /^#[0-9a-f]{6}$/i.test(color ?? "") ? `:host{--accent:${color}}` : "";
  sheet.replaceSync(css + accent);
  root.adoptedStyleSheets = [sheet];
  const launcher = document.createElement("button");
  launcher.type = "button";
  launcher.className = "launcher";
  launcher.lang = locale;
  launcher.setAttribute("aria-label", OPEN[locale]);
  launcher.setAttribute("aria-expanded", "false");
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", "M4 5h16v11H10l-5 4v-4H4z");
  icon.append(path);
  launcher.append(icon);
  root.append(launcher);
  document.body.append(box);

  let loading: Promise<Panel> | null = null;
  const panel = (): Promise<Panel> => {
    const host: Host = { base, key, locale, color: accent ? (color as string) : null, root, launcher, emit };
    const file = (address: string) => import(/* @vite-ignore */ base + address) as Promise<{ mount: (host: Host) => Promise<Panel> }>;
    loading ??= file(__PANEL__)
      .catch(() => file("/widget-panel.js")) // this loader was kept by a cache and is older than the service
      .then(
        ({ mount }) => mount(host),
        (error: unknown) => {
          loading = null;
          throw error;
        },
      );
    return loading;
  };
  const soon = () => {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = base + __PANEL__;
    document.head.append(link);
  };
  launcher.addEventListener("pointerenter", soon, { once: true });
  launcher.addEventListener("focus", soon, { once: true });

  let isOpen = false;
  listeners.push(["open", () => (isOpen = true)], ["close", () => (isOpen = false)]);
  const help = () => location.assign(`${base}/help/${locale}`); // never a dead button
  launcher.onclick = () => void panel().then((it) => (isOpen ? it.close() : it.open()), help);

  const api: SiteApi = {
    open: () => void panel().then((it) => it.open(), help),
    close: () => void loading?.then((it) => it.close()),
    identify: (token) => panel().then((it) => it.identify(token)),
    signOut: () => void panel().then((it) => it.signOut(), () => undefined),
    page: (extras) => void panel().then((it) => it.page(extras), () => undefined),
    on: (event, listener) => void listeners.push([event, listener]),
  };
  const page = window as unknown as { Switchboard?: SiteApi | [keyof SiteApi, ...unknown[]][] };
  const early = Array.isArray(page.Switchboard) ? page.Switchboard : [];
  page.Switchboard = api;
  for (const [name, ...values] of early) (api[name] as (...values: unknown[]) => void)(...values);
  dispatchEvent(new Event("switchboard:ready"));

  try {
    // somebody who has talked here before wants to see that there is an answer
    if (localStorage.getItem(`switchboard.widget.${key}.token`)) setTimeout(() => void panel().catch(() => undefined), 1000);
  } catch {
    // storage is blocked: nobody is known here
  }
}

const script = document.currentScript as HTMLScriptElement;
if (document.body) start(script);
else addEventListener("DOMContentLoaded", () => start(script));
