// The phone: before a call whom to be and whom to call, or what is written; then the call itself.
import { useEffect, useRef, useState } from "react";
import { Radio, RadioGroup } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Control, Directory } from "../call/client.ts";
import { currentPhase, type Phone } from "../call/phone.ts";
import type { Texts } from "../texts/client.ts";
import { TextScreen } from "../texts/TextScreen.tsx";
import type { Tour } from "../tour/tour.ts";
import { CallScreen } from "./CallScreen.tsx";
import dial from "./DialScreen.module.css";
import { DialScreen } from "./DialScreen.tsx";
import css from "./PhoneCard.module.css";
import { PhoneSettings } from "./PhoneSettings.tsx";

export interface PhoneCardProps {
  phone: Phone;
  tour: Tour;
  directory: Directory;
  control: Control;
  texts: Texts;
}

const USES = ["call", "messages"] as const;

export function PhoneCard({ phone, tour, directory, control, texts }: PhoneCardProps) {
  const { t } = useTranslation("simulator");
  const phase = phone.use(currentPhase);
  const isIncoming = phone.use((state) => state.call?.isIncoming ?? false);
  const [use, setUse] = useState<string>("call");
  const hadCall = useRef(false);
  useEffect(() => {
    if (phase !== "idle") hadCall.current = true;
  }, [phase]);
  return (
    <section className={css.card} aria-labelledby="phone-heading">
      <div className={css.top}>
        <h2 id="phone-heading" className={css.heading}>
          {t(isIncoming ? "phone.rung" : "phone.heading")}
        </h2>
        <PhoneSettings />
      </div>
      {phase === "idle" && (
        <RadioGroup
          className={css.uses ?? ""}
          aria-label={t("texts.what")}
          orientation="horizontal"
          value={use}
          onChange={setUse}
        >
          {USES.map((one) => (
            <Radio key={one} value={one} className={dial.mode ?? ""} data-testid={`phone-${one}`}>
              {t(`texts.${one}`)}
            </Radio>
          ))}
        </RadioGroup>
      )}
      {phase === "idle" && use === "messages" ? (
        <TextScreen control={control} texts={texts} directory={directory} />
      ) : phase === "idle" ? (
        <DialScreen phone={phone} directory={directory} takesFocus={hadCall.current} />
      ) : (
        <CallScreen phone={phone} tour={tour} directory={directory} phase={phase} />
      )}
    </section>
  );
}
