// Title, way to the console, language and theme.
import { Headset, Languages, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { isLocale, LOCALE_NAMES, LOCALES } from "../../shared/i18n/locales.ts";
import { chooseLocale, currentLocale } from "../../shared/i18n/setup.ts";
import { chooseTheme } from "../../shared/theme.ts";
import { IconButton } from "../../shared/ui/Button.tsx";
import { Logo } from "../../shared/ui/Logo.tsx";
import css from "./TopBar.module.css";

export function TopBar({ consoleUrl }: { consoleUrl: string | null }) {
  const { t } = useTranslation("simulator");
  return (
    <header className={css.bar}>
      <Logo size={30} />
      <div className={css.names}>
        <h1 className={css.title}>{t("page.heading")}</h1>
        <p className={css.product}>{t("page.product")}</p>
      </div>
      {consoleUrl && (
        <a className={css.link} href={consoleUrl}>
          <Headset size={16} strokeWidth={1.9} aria-hidden="true" />
          <span>{t("top.console")}</span>
        </a>
      )}
      <LanguageMenu />
      <ThemeButton />
    </header>
  );
}

function LanguageMenu() {
  const { t } = useTranslation("simulator");
  return (
    <MenuTrigger>
      <IconButton label={t("top.language")} data-testid="language">
        <Languages size={18} strokeWidth={1.9} aria-hidden="true" />
      </IconButton>
      <Popover className={css.popover} placement="bottom end">
        <Menu
          className={css.menu}
          aria-label={t("top.language")}
          selectionMode="single"
          selectedKeys={[currentLocale()]}
          onAction={(key) => {
            if (isLocale(key)) void chooseLocale(key);
          }}
        >
          {LOCALES.map((locale) => (
            <MenuItem key={locale} id={locale} className={css.item} textValue={LOCALE_NAMES[locale]}>
              <span lang={locale}>{LOCALE_NAMES[locale]}</span>
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

function ThemeButton() {
  const { t } = useTranslation("simulator");
  const [dark, setDark] = useState(() => document.documentElement.dataset["theme"] === "dark");
  const Picture = dark ? Sun : Moon;
  return (
    <IconButton
      label={t(dark ? "top.light" : "top.dark")}
      data-testid="theme"
      onPress={() => {
        chooseTheme(dark ? "light" : "dark");
        setDark(!dark);
      }}
    >
      <Picture size={18} strokeWidth={1.9} aria-hidden="true" />
    </IconButton>
  );
}
