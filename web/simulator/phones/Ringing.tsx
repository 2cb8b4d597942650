// Telephones outside that ring because Switchboard calls them: answer, refuse, or let them ring.
import { Phone as PhoneIcon, PhoneOff } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../shared/ui/Button.tsx";
import type { CallView, Directory } from "../call/client.ts";
import { useTones } from "../phone/useTones.ts";
import type { Exchange } from "./exchange.ts";
import css from "./Ringing.module.css";

export interface RingingProps {
  exchange: Exchange;
  directory: Directory;
}

export function Ringing({ exchange, directory }: RingingProps) {
  const { t } = useTranslation("simulator");
  const ringing = exchange.use((state) => state.ringing);
  const tones = useTones();
  const rings = ringing.length > 0;
  useEffect(() => {
    if (rings) tones.bell();
    return () => tones.stopBell();
  }, [rings, tones]);
  return (
    <section className={css.all} aria-label={t("incoming.label")} aria-live="polite" hidden={!rings}>
      {ringing.map((leg) => (
        <Leg key={leg.call_sid} leg={leg} exchange={exchange} directory={directory} />
      ))}
    </section>
  );
}

function Leg({ leg, exchange, directory }: { leg: CallView; exchange: Exchange; directory: Directory }) {
  const { t } = useTranslation("simulator");
  const person = directory.callers.find(({ number }) => number === leg.to);
  const shop = directory.numbers.find(({ number }) => number === leg.from);
  return (
    <div className={css.leg} data-testid="incoming-call" data-number={leg.to}>
      <div className={css.text}>
        <p className={css.who} lang={person?.language ?? undefined}>
          {person?.label ?? leg.to}
        </p>
        <p className={css.what}>{t("incoming.rings", { shop: shop?.label ?? leg.from })}</p>
        {person && <p className={css.number}>{leg.to}</p>}
      </div>
      <Button look="end" onPress={() => void exchange.refuse(leg)} data-testid="incoming-refuse">
        <PhoneOff size={16} strokeWidth={1.9} aria-hidden="true" />
        {t("incoming.refuse")}
      </Button>
      <Button look="accept" onPress={() => void exchange.answer(leg)} data-testid="incoming-answer">
        <PhoneIcon size={16} strokeWidth={1.9} aria-hidden="true" />
        {t("incoming.answer")}
      </Button>
    </div>
  );
}
