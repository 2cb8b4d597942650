// The page: finds the simulator, then shows the phone beside what happens on the line.
import { useEffect, useMemo, useState } from "react";
import { I18nProvider } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { INTL_LOCALES } from "../shared/i18n/locales.ts";
import { currentLocale } from "../shared/i18n/setup.ts";
import css from "./App.module.css";
import { controlAt } from "./call/client.ts";
import { type PageConfig, readConfig } from "./call/config.ts";
import { createPhone } from "./call/phone.ts";
import { NotReachable } from "./top/NotReachable.tsx";
import { TopBar } from "./top/TopBar.tsx";
import { createTour } from "./tour/tour.ts";
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
  const phone = useMemo(() => createPhone({ control: controlAt(config.control_url) }), [config.control_url]);
  const tour = useMemo(() => createTour(phone), [phone]);
  const directory = phone.use((state) => state.directory);
  const problem = phone.use((state) => state.problem);

  useEffect(() => {
    void phone.load().then(phone.resume);
  }, [phone]);

  if (directory) return <Workplace phone={phone} tour={tour} directory={directory} consoleUrl={config.console_url} />;
  if (!problem) return null;
  return <NotReachable what="simulator" address={config.control_url} onRetry={() => void phone.load().then(phone.resume)} />;
}
