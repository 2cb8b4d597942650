// What the line does right now: plays music, or waits for keys or words. A newcomer learns here what is expected.
import { Ear, Music } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Phase } from "../call/phase.ts";
import type { Phone } from "../call/phone.ts";
import { inputsOf } from "../tour/scenarios.ts";
import css from "./Listening.module.css";

export function Listening({ phone, phase }: { phone: Phone; phase: Phase }) {
  const { t } = useTranslation("simulator");
  const view = phone.use((state) => state.view);
  const music = view?.hearing?.startsWith("♪") === true || phase === "hold";
  const inputs = inputsOf(view);
  const digits = view?.collecting?.numDigits ?? null;
  const ask = inputs.includes("speech") ? (inputs.includes("dtmf") ? "both" : "speech") : "keys";
  return (
    <div className={css.line}>
      {music && (
        <p className={css.music} data-testid="music">
          <Music size={14} strokeWidth={1.9} aria-hidden="true" />
          {t("listening.music")}
          <span className={css.bars} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
        </p>
      )}
      {inputs.length > 0 && (
        <p className={css.ask} data-testid="collecting">
          <Ear size={14} strokeWidth={1.9} aria-hidden="true" />
          {ask === "keys" && digits !== null ? t("listening.digits", { count: digits }) : t(`listening.${ask}`)}
        </p>
      )}
    </div>
  );
}
