import { create } from "zustand";
import type { OfferView } from "../../shared/api/index.ts";
import { api } from "../api.ts";
import { useAction } from "../useAction.ts";

/** Offers whose answer is on its way, so that every button of an offer knows of it. */
const useSending = create<Record<string, true>>(() => ({}));

function sending(offerId: string, now: boolean): void {
  const { [offerId]: _ended, ...others } = useSending.getState();
  useSending.setState(now ? { ...others, [offerId]: true } : others, true);
}

interface Answer {
  /** Nothing for an offer that rings at the agent's telephone: the yes is said there. */
  accept(): void;
  reject(): void;
  /** The agent has answered; the buttons do nothing more. */
  decided: boolean;
  /** The answer was yes, and the call is being connected. */
  connecting: boolean;
}

/** The agent's yes or no to an offer. */
export function useAnswer(offer: OfferView): Answer {
  const { run } = useAction();
  const onItsWay = useSending((all) => offer.offer_id in all);
  const connecting = offer.state === "accepting";
  const decided = connecting || onItsWay;
  const answer = async (work: (id: string) => Promise<unknown>) => {
    if (decided) return;
    sending(offer.offer_id, true);
    await run(() => work(offer.offer_id));
    sending(offer.offer_id, false);
  };
  return {
    accept: () => void (offer.is_by_phone ? undefined : answer(api.acceptOffer)),
    reject: () => void answer(api.rejectOffer),
    decided,
    connecting,
  };
}
