import { BellRing } from "lucide-react";
import type { OfferView } from "../../shared/api/index.ts";
import { useText } from "../text.ts";
import css from "./Coming.module.css";
import { OfferAnswers } from "./OfferAnswers.tsx";

/** On the next customer's page: that their call is not accepted yet. */
export function ComingState({ offer }: { offer: OfferView }) {
  const t = useText();
  return (
    <p className={css.state} data-testid="coming">
      <BellRing size={14} aria-hidden="true" />
      <b>{offer.state === "accepting" ? t("offer.connecting") : t("offer.not_accepted")}</b>
      <span>{offer.queue_name}</span>
    </p>
  );
}

/** The answers to it; the keys are shown on the card. */
export function ComingActions({ offer }: { offer: OfferView }) {
  return (
    <div className={css.actions}>
      <OfferAnswers offer={offer} first={false} place="coming" />
    </div>
  );
}
