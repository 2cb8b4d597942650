// Entry of the agent console.
import "../shared/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { useTranslation } from "react-i18next";
import { startI18n } from "../shared/i18n/setup.ts";
import { startTheme } from "../shared/theme.ts";
import { Logo } from "../shared/ui/Logo.tsx";

startTheme();

function App() {
  const { t } = useTranslation("console");
  return (
    <main>
      <Logo /> <h1>{t("product")}</h1>
    </main>
  );
}

await startI18n("console", {
  en: () => import("./locales/en.json"),
  "zh-Hant": () => import("./locales/zh-Hant.json"),
  "zh-Hans": () => import("./locales/zh-Hans.json"),
});
const root = document.getElementById("root");
if (!root) throw new Error("The page has no #root element.");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
