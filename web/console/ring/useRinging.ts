import { useEffect } from "react";
import type { OfferView } from "../../shared/api/index.ts";
import { addressWords } from "../customer/words.ts";
import { isCall } from "../conversation/channels.ts";
import { usePreferences } from "../settings/preferences.ts";
import { useText } from "../text.ts";
import { soundUnlocked, startRinging } from "./ring.ts";

const FLASH_MS = 1_000;

/** Ring, flash the title and show the system's notification while an offer waits for its answer. */
export function useRinging(offers: readonly OfferView[]): void {
  const t = useText();
  const offer = offers.find((one) => one.state === "pending");
  const id = offer?.offer_id;
  const name = offer?.screen_pop.customer?.display_name;
  const who = name ?? addressWords(offer?.from_address ?? null, offer?.channel ?? "voice", t);
  useTone(id);
  useTitle(id, t("offer.title_flash", { who }));
  useNotification(id, t(offer && !isCall(offer.channel) ? "offer.title_written" : "offer.title"), who);
}

/** The tone is tied to one offer: whatever ends the offer ends the tone. */
function useTone(offerId: string | undefined): void {
  const { ringVolume, ringWhen } = usePreferences();
  useEffect(() => {
    if (!offerId || !soundUnlocked() || ringVolume === 0) return;
    if (ringWhen === "hidden" && document.visibilityState === "visible") return;
    return startRinging(ringVolume);
  }, [offerId, ringVolume, ringWhen]);
}

function useTitle(offerId: string | undefined, title: string): void {
  useEffect(() => {
    if (!offerId) return;
    const usual = document.title;
    document.title = title;
    const timer = setInterval(() => {
      document.title = document.title === usual ? title : usual;
    }, FLASH_MS);
    return () => {
      clearInterval(timer);
      document.title = usual;
    };
  }, [offerId, title]);
}

function useNotification(offerId: string | undefined, title: string, body: string): void {
  useEffect(() => {
    if (!offerId || !document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
    const shown = new Notification(title, { body, tag: offerId, requireInteraction: true });
    shown.onclick = () => window.focus();
    return () => shown.close();
  }, [offerId, title, body]);
}
