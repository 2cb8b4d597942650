import { Sparkles } from "lucide-react";
import type { SelfServiceSummary } from "../../shared/api/index.ts";
import { useText } from "../text.ts";
import css from "./ContactPage.module.css";

/** Before you: what the caller asked the machine, what it answered, and why that was not enough. */
export function SummaryLine({ service, lang }: { service: SelfServiceSummary; lang?: string }) {
  const t = useText();
  const { question, topic_label: topic, article_title: article, unsolved_reason: reason } = service;
  if (!question && !article && !reason && !topic) return null;
  return (
    <div className={css.summary}>
      <Sparkles size={16} aria-hidden="true" />
      <p>
        <b>{t("summary.title")}</b>
        {(question ?? topic) && (
          <span>
            {question ? t("summary.asked") : t("summary.topic")}{" "}
            <q lang={lang}>{question ?? topic}</q>
          </span>
        )}
        {article && (
          <span>
            {t("summary.heard")} <q lang={lang}>{article}</q>
          </span>
        )}
        {reason && <em>{t(`unsolved.${reason}`)}</em>}
      </p>
    </div>
  );
}
