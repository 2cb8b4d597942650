// Entry of the agent console.
import "../shared/base.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startI18n } from "../shared/i18n/setup.ts";
import { startTheme } from "../shared/theme.ts";
import { App } from "./App.tsx";
import { queries } from "./session/session.ts";

startTheme();
await startI18n("console", {
  en: () => import("./locales/en.json"),
  "zh-Hant": () => import("./locales/zh-Hant.json"),
  "zh-Hans": () => import("./locales/zh-Hans.json"),
});

const root = document.getElementById("root");
if (!root) throw new Error("The page has no #root element.");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
