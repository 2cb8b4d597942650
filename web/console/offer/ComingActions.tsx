import { BellRing } from "lucide-react";
import type { OfferView } from "../../shared/api/index.ts";
import { useText } from "../text.ts";
import css from "./ComingActions.module.css";
import { OfferAnswers } from "./OfferAnswers.tsx";

/** At the head of the next customer's page: that the call is not accepted yet, and the answers to it. */
export function ComingActions({ offer }: { offer: OfferView }) {
  const t = useText();
  const connecting = offer.state === "accepting";
  return (
    <div className={css.actions} data-testid="coming">
      <p className={css.state}>
        <BellRing size={14} aria-hidden="true" />
        {connecting ? t("offer.connecting") : t("offer.not_accepted")}
      </p>
      <OfferAnswers offer={offer} first place="coming" />
    </div>
  );
}
