import { Phone, X } from "lucide-react";
import { useEffect } from "react";
import type { OfferView } from "../../shared/api/index.ts";
import { duration, phoneNumber } from "../../shared/format.ts";
import { Avatar } from "../../shared/ui/Avatar.tsx";
import { Button } from "../../shared/ui/Button.tsx";
import { api } from "../api.ts";
import { keyOf } from "../shortcuts/keys.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { send } from "../socket/link.ts";
import { useElapsed } from "../store/now.ts";
import { useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import css from "./OfferCard.module.css";
import { OfferRing } from "./OfferRing.tsx";
import { OfferScreenPop } from "./OfferScreenPop.tsx";

/** Tell the service that the offer is on screen, once the frame that shows it was painted. */
function useSeen(offerId: string): void {
  useEffect(() => {
    let inner = 0;
    const outer = requestAnimationFrame(() => {
      inner = requestAnimationFrame(() => send({ type: "offer.seen", offer_id: offerId }));
    });
    // A hidden page paints no frames; the agent still hears the ring and sees the notification.
    if (document.hidden) send({ type: "offer.seen", offer_id: offerId });
    return () => {
      cancelAnimationFrame(outer);
      cancelAnimationFrame(inner);
    };
  }, [offerId]);
}

interface OfferCardProps {
  offer: OfferView;
  /** The shortcuts belong to the first card. */
  first: boolean;
}

/** One offered contact: who, why, for how long, and yes or no. */
export function OfferCard({ offer, first }: OfferCardProps) {
  const t = useText();
  const { run, busy } = useAction();
  const waited = useElapsed(offer.waiting_since);
  useSeen(offer.offer_id);
  const connecting = offer.state === "accepting";
  const decided = connecting || busy;
  const accept = () => !decided && void run(() => api.acceptOffer(offer.offer_id));
  const reject = () => !decided && void run(() => api.rejectOffer(offer.offer_id));
  useShortcut("accept", accept, first);
  useShortcut("decline", reject, first);

  const { customer } = offer.screen_pop;
  const number = offer.from_address ? phoneNumber(offer.from_address) : t("number.withheld");
  return (
    <article className={css.card} aria-labelledby={`offer-${offer.offer_id}`} data-testid="offer-card">
      <header className={css.head}>
        <Phone size={15} aria-hidden="true" />
        <b>{connecting ? t("offer.connecting") : t("offer.title")}</b>
        <span className={css.queue}>{offer.queue_name}</span>
        <span>{t("offer.waited", { time: duration(waited) })}</span>
      </header>
      <div className={css.body}>
        <div className={css.who}>
          <Avatar name={customer?.display_name ?? null} size="large" />
          <div>
            <h2 id={`offer-${offer.offer_id}`}>{customer?.display_name ?? number}</h2>
            <p>{customer ? number : t("identity.unknown")}</p>
          </div>
          {!connecting && <OfferRing from={offer.made_at} until={offer.expires_at} />}
        </div>
        <OfferScreenPop pop={offer.screen_pop} />
        <div className={css.answers}>
          <Button
            look="accept"
            large
            onPress={accept}
            isPending={decided}
            shortcut={first ? keyOf("accept") : undefined}
            data-testid="offer-accept"
          >
            <Phone size={16} aria-hidden="true" />
            {connecting ? t("offer.connecting_button") : t("offer.accept")}
          </Button>
          <Button
            large
            onPress={reject}
            isDisabled={decided}
            shortcut={first ? keyOf("decline") : undefined}
            data-testid="offer-reject"
          >
            <X size={16} aria-hidden="true" />
            {t("offer.decline")}
          </Button>
        </div>
      </div>
    </article>
  );
}
