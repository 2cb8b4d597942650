import { useMemo } from "react";
import { useRoute } from "wouter";
import type { OfferView } from "../../shared/api/index.ts";
import { useServer } from "../store/store.ts";
import { useWorks } from "../work/useWorks.ts";
import { comingOffer } from "./offers.ts";

/** The offer whose customer fills the page; null while the agent looks at anything else. */
export function useComingOffer(): OfferView | null {
  const [home] = useRoute("/");
  const works = useWorks();
  const offers = useServer((state) => state.offers);
  const contacts = useServer((state) => state.contacts);
  return useMemo(() => (home && works ? comingOffer(offers, contacts) : null), [home, works, offers, contacts]);
}
