import { Route } from "lucide-react";
import type { ContactView, PathStep, SelfServiceSummary } from "../../shared/api/index.ts";
import { duration } from "../../shared/format.ts";
import { Key } from "../../shared/ui/Button.tsx";
import { useText } from "../text.ts";
import css from "./Cards.module.css";

/** The last line, with the wait, tells of the queue better than the flow does. */
const told = (step: PathStep) => step.kind !== "queued";

/** How the caller got here: each step in self-service, in the words of the flow, and the wait. */
export function PathCard({ service, contact }: { service: SelfServiceSummary; contact: ContactView }) {
  const t = useText();
  const lang = contact.screen_pop.customer?.language;
  const { queued_at: queued, accepted_at: accepted } = contact;
  const waited = queued && accepted ? (Date.parse(accepted) - Date.parse(queued)) / 1000 : null;
  if (service.path.length === 0 && waited === null) return null;
  return (
    <section className={css.card} aria-labelledby="path-card" data-testid="path-card">
      <h2 id="path-card">
        <Route size={16} aria-hidden="true" />
        {t("path.title")}
      </h2>
      <ol className={css.path}>
        {service.path.filter(told).map((step) => (
          <li key={`${step.at} ${step.kind} ${step.text}`}>
            <span className={css.kind}>{t(`path.${step.kind}`)}</span>
            <span lang={lang}>
              {step.text}
              {step.kind === "menu" && step.detail && <Key>{step.detail}</Key>}
            </span>
          </li>
        ))}
        {waited !== null && (
          <li>
            <span className={css.kind}>{t("path.waited")}</span>
            <span className="figures">
              {contact.queue_name} · {duration(waited)}
            </span>
          </li>
        )}
      </ol>
    </section>
  );
}
