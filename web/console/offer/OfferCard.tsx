import { MessageSquare, Phone } from "lucide-react";
import { useEffect } from "react";
import type { OfferView } from "../../shared/api/index.ts";
import { duration } from "../../shared/format.ts";
import { Avatar } from "../../shared/ui/Avatar.tsx";
import { isCall } from "../conversation/channels.ts";
import { LanguageBadge, TierBadge } from "../customer/Badges.tsx";
import { addressWords, unknownWords } from "../customer/words.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { send } from "../socket/link.ts";
import { useElapsed } from "../store/now.ts";
import { useText } from "../text.ts";
import { OfferAnswers } from "./OfferAnswers.tsx";
import css from "./OfferCard.module.css";
import { OfferRing } from "./OfferRing.tsx";
import { OfferScreenPop } from "./OfferScreenPop.tsx";
import { useAnswer } from "./useAnswer.ts";

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
  /** The page shows this customer already, so that the card need not tell of them. */
  onPage: boolean;
}

/** One offered contact: who, why, for how long, and yes or no. */
export function OfferCard({ offer, first, onPage }: OfferCardProps) {
  const t = useText();
  const { accept, reject, connecting } = useAnswer(offer);
  const waited = useElapsed(offer.waiting_since);
  useSeen(offer.offer_id);
  useShortcut("accept", accept, first);
  useShortcut("decline", reject, first);
  return (
    <article className={css.card} aria-labelledby={`offer-${offer.offer_id}`} data-testid="offer-card">
      <header className={css.head}>
        {isCall(offer.channel) ? <Phone size={15} aria-hidden="true" /> : <MessageSquare size={15} aria-hidden="true" />}
        <b>{connecting ? t("offer.connecting") : t(isCall(offer.channel) ? "offer.title" : "offer.title_written")}</b>
        <span className={css.queue}>{offer.queue_name}</span>
        <span>{t("offer.waited", { time: duration(waited) })}</span>
      </header>
      <div className={css.body}>
        <Who offer={offer} connecting={connecting} />
        {!onPage && <OfferScreenPop pop={offer.screen_pop} />}
        <div className={css.answers}>
          <OfferAnswers offer={offer} first={first} place="offer" />
        </div>
      </div>
    </article>
  );
}

function Who({ offer, connecting }: { offer: OfferView; connecting: boolean }) {
  const t = useText();
  const { screen_pop: pop, from_address: address } = offer;
  const { customer } = pop;
  const number = addressWords(address, offer.channel, t);
  return (
    <div className={css.who}>
      <Avatar name={customer?.display_name ?? null} size="large" />
      <div>
        <h2 id={`offer-${offer.offer_id}`}>{customer?.display_name ?? number}</h2>
        <p>{customer ? number : unknownWords(pop, address, offer.channel, t)}</p>
        <p className={css.badges}>
          {customer && <TierBadge tier={customer.tier} />}
          <LanguageBadge customer={customer} spoken={pop.language} />
        </p>
      </div>
      {!connecting && <OfferRing from={offer.made_at} until={offer.expires_at} />}
    </div>
  );
}
