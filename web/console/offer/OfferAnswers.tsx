import { MessageSquare, Phone, PhoneCall, X } from "lucide-react";
import type { OfferView } from "../../shared/api/index.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { isCall } from "../conversation/channels.ts";
import { keyOf } from "../shortcuts/keys.ts";
import { useText } from "../text.ts";
import css from "./OfferAnswers.module.css";
import { useAnswer } from "./useAnswer.ts";

interface OfferAnswersProps {
  offer: OfferView;
  /** Show the keys; they answer the first offer. */
  first: boolean;
  /** Where the buttons are: on the card, or on the page that shows the next customer. */
  place: "offer" | "coming";
}

/** Accept and decline. */
export function OfferAnswers({ offer, first, place }: OfferAnswersProps) {
  const t = useText();
  const { accept, reject, decided, connecting } = useAnswer(offer);
  const large = place === "offer";
  const spoken = isCall(offer.channel);
  return (
    <>
      {offer.is_by_phone && !connecting ? (
        <p className={css.phone} data-testid={`${place}-by-phone`}>
          <PhoneCall size={16} aria-hidden="true" />
          {t("offer.on_telephone")}
        </p>
      ) : (
        <Button
          look="accept"
          large={large}
          onPress={accept}
          isPending={decided}
          shortcut={first ? keyOf("accept") : undefined}
          data-testid={`${place}-accept`}
        >
          {spoken ? <Phone size={16} aria-hidden="true" /> : <MessageSquare size={16} aria-hidden="true" />}
          {connecting ? t("offer.connecting_button") : t(spoken ? "offer.accept" : "offer.accept_written")}
        </Button>
      )}
      <Button
        large={large}
        onPress={reject}
        isDisabled={decided}
        shortcut={first ? keyOf("decline") : undefined}
        data-testid={`${place}-reject`}
      >
        <X size={16} aria-hidden="true" />
        {t("offer.decline")}
      </Button>
    </>
  );
}
