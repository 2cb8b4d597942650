// Title, way to the console, language and theme.
import { Headset, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { chooseTheme } from "../../shared/theme.ts";
import { IconButton } from "../../shared/ui/Button.tsx";
import { LanguageMenu } from "../../shared/ui/LanguageMenu.tsx";
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
      <LanguageMenu label={t("top.language")} />
      <ThemeButton />
    </header>
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
