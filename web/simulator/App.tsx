// The page: finds the simulator, then shows the phone beside what happens on the line.
import { useEffect, useMemo, useState } from "react";
import { I18nProvider } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { INTL_LOCALES } from "../shared/i18n/locales.ts";
import { currentLocale } from "../shared/i18n/setup.ts";
import css from "./App.module.css";
import { controlAt } from "./call/client.ts";
import { type PageConfig, readConfig } from "./call/config.ts";
import { NotReachable } from "./top/NotReachable.tsx";
import { createExchange, type PhoneLine } from "./phones/exchange.ts";
import { textsAt } from "./texts/client.ts";
import { TopBar } from "./top/TopBar.tsx";
import { Workplace } from "./Workplace.tsx";

export function App() {
  const { t, i18n } = useTranslation("simulator");
  const [config, setConfig] = useState<PageConfig | "loading" | "service" | "demo">("loading");

  useEffect(() => {
    document.title = t("page.title");
  }, [t, i18n.language]);

  useEffect(() => {
    if (config === "loading") readConfig().then((found) => setConfig(found ?? "demo"), () => setConfig("service"));
  }, [config]);

  return (
    <I18nProvider locale={INTL_LOCALES[currentLocale()]}>
      <a className={css.skip} href="#main">
        {t("page.skip")}
      </a>
      <TopBar consoleUrl={typeof config === "object" ? config.console_url : null} />
      <main id="main" tabIndex={-1} className={css.main}>
        {(config === "service" || config === "demo") && (
          <NotReachable what={config} address={null} onRetry={() => setConfig("loading")} />
        )}
        {typeof config === "object" && <Connected config={config} />}
      </main>
    </I18nProvider>
  );
}

function Connected({ config }: { config: PageConfig }) {
  const control = useMemo(() => controlAt(config.control_url), [config.control_url]);
  const texts = useMemo(() => textsAt(config.control_url), [config.control_url]);
  const exchange = useMemo(() => createExchange({ control }), [control]);
  const [{ phone: first }] = exchange.use((state) => state.lines) as [PhoneLine, ...PhoneLine[]];
  const directory = first.use((state) => state.directory);
  const problem = first.use((state) => state.problem);

  useEffect(() => {
    void exchange.start();
    return exchange.stop;
  }, [exchange]);

  if (directory) {
    return (
      <Workplace
        exchange={exchange}
        directory={directory}
        consoleUrl={config.console_url}
        control={control}
        texts={texts}
      />
    );
  }
  if (!problem) return null;
  return <NotReachable what="simulator" address={config.control_url} onRetry={() => void exchange.start()} />;
}
