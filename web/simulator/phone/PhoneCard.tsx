// The phone: before a call whom to be and whom to call, then the call itself.
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Directory } from "../call/client.ts";
import { currentPhase, type Phone } from "../call/phone.ts";
import type { Tour } from "../tour/tour.ts";
import { CallScreen } from "./CallScreen.tsx";
import { DialScreen } from "./DialScreen.tsx";
import css from "./PhoneCard.module.css";
import { PhoneSettings } from "./PhoneSettings.tsx";

export interface PhoneCardProps {
  phone: Phone;
  tour: Tour;
  directory: Directory;
}

export function PhoneCard({ phone, tour, directory }: PhoneCardProps) {
  const { t } = useTranslation("simulator");
  const phase = phone.use(currentPhase);
  const isIncoming = phone.use((state) => state.call?.isIncoming ?? false);
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
      {phase === "idle" ? (
        <DialScreen phone={phone} directory={directory} takesFocus={hadCall.current} />
      ) : (
        <CallScreen phone={phone} tour={tour} directory={directory} phase={phase} />
      )}
    </section>
  );
}
