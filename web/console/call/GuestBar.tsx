import { ArrowLeftRight, Check, Users, X } from "lucide-react";
import type { ContactView } from "../../shared/api/index.ts";
import { phoneNumber } from "../../shared/format.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { api } from "../api.ts";
import { useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import { useServer } from "../store/store.ts";
import { callOf } from "./barState.ts";
import { guestOf } from "./guest.ts";
import css from "./GuestBar.module.css";

const ENDED = { busy: "ended_busy", "no-answer": "ended_no_answer", left: "ended_left", failed: "ended_failed" } as const;

/** The line about who else is in the call, below the top bar. */
export function GuestBar() {
  const contact = useServer((state) => callOf(state.contacts));
  return contact ? <OfCall contact={contact} /> : null;
}

/** Who was called in beside the customer, and what can be done: swap, merge, complete, cancel. */
function OfCall({ contact }: { contact: ContactView }) {
  const t = useText();
  const { run, busy } = useAction();
  const guest = guestOf(contact, phoneNumber);
  if (!guest) return <GuestNews contact={contact} />;
  const { name, stand, party } = guest;
  const id = contact.contact_id;
  const waiting = busy || contact.pending_command === "focus";
  const there = stand === "talking" || stand === "held" || stand === "all";
  return (
    <div className={css.line} data-testid="guest-bar" data-stand={stand} role="status">
      <span className={css.state}>{t(`guest.guest_${stand}`, { name })}</span>
      {there && stand !== "all" && (
        <Button
          round
          isPending={waiting}
          onPress={() => void run(() => api.focusOn(id, stand === "held" ? "guest" : "customer"))}
          data-testid="guest-swap"
        >
          <ArrowLeftRight size={16} aria-hidden="true" />
          {stand === "held" ? t("guest.to_guest", { name }) : t("guest.to_customer")}
        </Button>
      )}
      {there && stand !== "all" && (
        <Button round isPending={waiting} onPress={() => void run(() => api.focusOn(id, "all"))} data-testid="guest-merge">
          <Users size={16} aria-hidden="true" />
          {t("guest.merge")}
        </Button>
      )}
      {there && party.mode !== "transfer" && (
        <Button
          round
          look="accept"
          isPending={busy}
          onPress={() => void run(() => api.completeConsult(id))}
          data-testid="guest-complete"
        >
          <Check size={16} aria-hidden="true" />
          {t("guest.complete")}
        </Button>
      )}
      <Button round isPending={busy} onPress={() => void run(() => api.cancelConsult(id))} data-testid="guest-cancel">
        <X size={16} aria-hidden="true" />
        {t("guest.cancel")}
      </Button>
    </div>
  );
}

/** What became of the last guest, and the reminder of a long hold. */
function GuestNews({ contact }: { contact: ContactView }) {
  const t = useText();
  const ended = Object.entries(ENDED).find(([result]) => result === contact.guest_ended)?.[1];
  const words = contact.is_hold_long ? t("guest.hold_long") : ended ? t(`guest.${ended}`) : null;
  if (!words) return null;
  return (
    <div className={`${css.line} ${css.news}`} role="status" data-testid="guest-news">
      <span className={css.state}>{words}</span>
    </div>
  );
}
