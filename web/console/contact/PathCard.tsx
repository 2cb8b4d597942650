import { Route } from "lucide-react";
import type { PathStep } from "../../shared/api/index.ts";
import { duration } from "../../shared/format.ts";
import { Key } from "../../shared/ui/Button.tsx";
import { useElapsed } from "../store/now.ts";
import { useText } from "../text.ts";
import css from "./Cards.module.css";
import type { Subject } from "./subject.ts";

/** The last line, with the wait, tells of the queue better than the flow does. */
const told = (step: PathStep) => step.kind !== "queued";

/** Whose detail says what came of it. */
const SHOWN_WHOLE = new Set<PathStep["kind"]>(["entered", "looked_up", "requested", "texted"]);

/** How long the caller waited or, while they still do, has waited so far; in seconds. */
function useWaited({ queued_at: queued, accepted_at: accepted }: Subject, waiting: boolean): number | null {
  const soFar = useElapsed(queued);
  if (!queued) return null;
  if (accepted) return (Date.parse(accepted) - Date.parse(queued)) / 1000;
  return waiting ? soFar : null;
}

/** How the caller got here: each step in self-service, in the words of the flow, and the wait. */
export function PathCard({ contact, waiting }: { contact: Subject; waiting: boolean }) {
  const t = useText();
  const { customer, self_service: service, language } = contact.screen_pop;
  const waited = useWaited(contact, waiting);
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
            <span lang={customer?.language ?? language}>
              {step.text}
              {step.kind === "menu" && step.detail && <Key>{step.detail}</Key>}
              {SHOWN_WHOLE.has(step.kind) && step.detail && ` · ${step.detail}`}
            </span>
          </li>
        ))}
        {waited !== null && (
          <li data-still={waiting || undefined}>
            <span className={css.kind}>{waiting ? t("path.waiting") : t("path.waited")}</span>
            <span className="figures">
              {contact.queue_name} · {duration(waited)}
            </span>
          </li>
        )}
      </ol>
    </section>
  );
}
