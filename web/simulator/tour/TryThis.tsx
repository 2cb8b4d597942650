// Three ready-made calls, each playable with one press, and both windows side by side.
import { Check, Circle, Columns2, EyeOff, type LucideIcon, Minus, PhoneForwarded, Play, RotateCcw, Square } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { currentLocale } from "../../shared/i18n/setup.ts";
import { Button } from "../../shared/ui/Button.tsx";
import type { Directory } from "../call/client.ts";
import { currentPhase, type Phone } from "../call/phone.ts";
import { useDialForm } from "../phone/form.ts";
import { callerFor, type Scenario, type ScenarioId, SCENARIOS } from "./scenarios.ts";
import type { Tour } from "./tour.ts";
import css from "./TryThis.module.css";
import { openSideBySide, type SideBySide } from "./windows.ts";

const PICTURES: Readonly<Record<ScenarioId, LucideIcon>> = {
  refund: RotateCcw,
  human: PhoneForwarded,
  withheld: EyeOff,
};

export interface TryThisProps {
  phone: Phone;
  tour: Tour;
  directory: Directory;
  consoleUrl: string;
}

export function TryThis({ phone, tour, directory, consoleUrl }: TryThisProps) {
  const { t } = useTranslation("simulator");
  return (
    <section className={css.strip} aria-labelledby="try-heading">
      <div className={css.top}>
        <h2 id="try-heading" className={css.heading}>
          {t("try.heading")}
        </h2>
        <SideBySideButton consoleUrl={consoleUrl} />
      </div>
      <ul className={css.cards}>
        {SCENARIOS.map((scenario) => (
          <ScenarioCard key={scenario.id} scenario={scenario} phone={phone} tour={tour} directory={directory} />
        ))}
      </ul>
    </section>
  );
}

interface ScenarioCardProps {
  scenario: Scenario;
  phone: Phone;
  tour: Tour;
  directory: Directory;
}

function ScenarioCard({ scenario: { id, steps }, phone, tour, directory }: ScenarioCardProps) {
  const { t } = useTranslation("simulator");
  const progress = tour.use();
  const phase = phone.use(currentPhase);
  const to = useDialForm((form) => form.to);
  const caller = callerFor(id, directory, currentLocale());
  const mine = progress.scenario === id;
  const running = mine && progress.state === "running";
  const busy = phase !== "idle" && phase !== "ended";
  const at = mine ? progress.at : -1;
  const Picture = PICTURES[id];
  const stateOf = (index: number): StepState => {
    if (mine && progress.skipped.includes(index)) return "skipped";
    return index < at ? "done" : index === at && running ? "due" : "open";
  };
  const start = () => {
    if (!to) return;
    void tour.start(id, to, currentLocale());
    document.getElementById("phone-heading")?.scrollIntoView({ block: "nearest" });
  };
  return (
    <li className={css.card} data-running={running || undefined} data-played={mine || undefined} data-testid={`try-${id}`}>
      <p className={css.title}>
        <Picture size={15} strokeWidth={1.9} aria-hidden="true" />
        {t(`try.${id}.title`)}
      </p>
      <ol className={css.steps}>
        {steps.map((_, index) => (
          <li
            key={index}
            className={css.step}
            data-state={stateOf(index)}
            aria-current={index === at && running ? "step" : undefined}
          >
            <StepMark state={stateOf(index)} />
            {t(`try.${id}.steps.${index as 0}`, { name: caller?.label ?? "" })}
          </li>
        ))}
      </ol>
      {running ? (
        <Button onPress={tour.stop} data-testid={`try-${id}-stop`}>
          <Square size={13} strokeWidth={2.2} aria-hidden="true" />
          {t("try.take_over")}
        </Button>
      ) : (
        <Button
          onPress={start}
          isDisabled={busy || !to || !caller}
          data-testid={`try-${id}-start`}
        >
          <Play size={14} strokeWidth={2} aria-hidden="true" />
          {t("try.play")}
          <span className="visually-hidden">{t(`try.${id}.title`)}</span>
        </Button>
      )}
    </li>
  );
}

type StepState = "done" | "skipped" | "due" | "open";

function StepMark({ state }: { state: StepState }) {
  if (state === "done") return <Check size={13} strokeWidth={2.6} aria-hidden="true" />;
  if (state === "skipped") return <Minus size={13} strokeWidth={2.6} aria-hidden="true" />;
  return <Circle size={9} strokeWidth={2.4} aria-hidden="true" />;
}

function SideBySideButton({ consoleUrl }: { consoleUrl: string }) {
  const { t } = useTranslation("simulator");
  const [result, setResult] = useState<SideBySide>("placed");
  return (
    <div className={css.windows}>
      <p className={css.result} role="status">
        {result !== "placed" && t(`windows.${result}`)}
      </p>
      <Button look="primary" onPress={() => setResult(openSideBySide(consoleUrl))} data-testid="side-by-side">
        <Columns2 size={16} strokeWidth={1.9} aria-hidden="true" />
        {t("windows.open")}
      </Button>
    </div>
  );
}
