import { useEffect, useState } from "react";
import type { OfferView } from "../../shared/api/index.ts";
import { addressWords } from "../customer/words.ts";
import { isCall } from "../conversation/channels.ts";
import { useRinging } from "../ring/useRinging.ts";
import { useServer } from "../store/store.ts";
import { type Text, useText } from "../text.ts";
import { OfferCard } from "./OfferCard.tsx";
import css from "./OfferLayer.module.css";
import { liveOffers } from "./offers.ts";
import { useComingOffer } from "./useComingOffer.ts";

/** The offers: over the customer panel while that shows another customer, else on top of it. They never take the focus. */
export function OfferLayer() {
  const t = useText();
  const offers = liveOffers(useServer((state) => state.offers));
  const coming = useComingOffer();
  useRinging(offers);
  return (
    <>
      <section className={coming ? `${css.layer} ${css.coming}` : css.layer} aria-label={t("offer.label")}>
        {offers.map((offer, at) => (
          <OfferCard
            key={offer.offer_id}
            offer={offer}
            first={at === 0}
            onPage={offer.offer_id === coming?.offer_id}
          />
        ))}
      </section>
      <Announcer offers={offers} />
    </>
  );
}

function wordsFor(offer: OfferView, t: Text): string {
  const name = offer.screen_pop.customer?.display_name;
  const who = name ?? addressWords(offer.from_address, offer.channel, t);
  if (offer.is_by_phone) return t("offer.announce_telephone", { who, queue: offer.queue_name });
  return t(isCall(offer.channel) ? "offer.announce" : "offer.announce_written", { who, queue: offer.queue_name });
}

/** Says each offer once, at once. */
function Announcer({ offers }: { offers: readonly OfferView[] }) {
  const t = useText();
  const [said, setSaid] = useState({ id: "", words: "" });
  const next = offers.find((offer) => offer.state === "pending");
  const id = next?.offer_id ?? "";
  useEffect(() => {
    setSaid((before) => (before.id === id ? before : { id, words: next ? wordsFor(next, t) : "" }));
  }, [id, next, t]);
  return (
    <p className="visually-hidden" role="alert">
      {said.words}
    </p>
  );
}
