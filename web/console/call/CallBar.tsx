import { Headphones, Phone, PhoneOff } from "lucide-react";
import type { ContactView, OfferView } from "../../shared/api/index.ts";
import { duration, phoneNumber } from "../../shared/format.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { usePhone } from "../softphone/phone.ts";
import { useElapsed } from "../store/now.ts";
import { useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import { api } from "../api.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { type BarState, barState } from "./barState.ts";
import css from "./CallBar.module.css";
import { EngagementBar } from "./EngagementBar.tsx";
import { GoOn } from "./GoOn.tsx";
import { CallControls } from "./CallControls.tsx";
import { DialPad } from "../dial/DialPad.tsx";
import { Keypad } from "./Keypad.tsx";
import { RecordingControl } from "./RecordingControl.tsx";

type LiveState = Extract<BarState, { kind: "talking" | "held" }>;

/** The softphone: its state, and the call with its controls. */
export function CallBar() {
  const t = useText();
  const offers = useServer((state) => state.offers);
  const contacts = useServer((state) => state.contacts);
  const phone = usePhone();
  const engagement = useServer((state) => state.agent?.engagement ?? null);
  const bar = barState({ offers, contacts }, phone);
  const content = () => {
    switch (bar.kind) {
      case "idle":
        return <Idle {...bar} />;
      case "ringing":
        return <Short look={css.green} title={t("call.ringing")} who={whoOf(bar.offer)} />;
      case "connecting":
        return <Connecting contact={bar.contact} offer={bar.offer} />;
      case "ending":
        return <Short look={css.grey} title={t("call.ending")} who={whoOf(bar.contact)} />;
      case "talking":
      case "held":
        return <Live bar={bar} />;
    }
  };
  return (
    <section className={css.place} aria-label={t("call.label")} data-testid="call-bar" data-state={bar.kind}>
      {engagement && bar.kind === "idle" ? <EngagementBar engagement={engagement} call={phone.call} /> : content()}
    </section>
  );
}

interface Named {
  from_address: string | null;
  screen_pop: OfferView["screen_pop"];
}

function whoOf(named: Named | null): string | null {
  if (!named) return null;
  return named.screen_pop.customer?.display_name ?? (named.from_address ? phoneNumber(named.from_address) : null);
}

/** The way to the other side; a call that the agent began can be ended while it rings. */
function Connecting({ contact, offer }: { contact: ContactView | null; offer: OfferView | null }) {
  const t = useText();
  const isOurs = contact?.direction === "outbound";
  const who = whoOf(contact ?? offer);
  if (!contact || !isOurs) return <Short look={css.green} title={t("call.connecting")} who={who} />;
  return (
    <div className={`${css.live} ${css.green}`}>
      <Phone size={16} aria-hidden="true" className={css.pulse} />
      <div className={css.who}>
        <b>{t("call.calling")}</b>
        {who && <span>{who}</span>}
      </div>
      <EndCall contactId={contact.contact_id} />
    </div>
  );
}

function Idle({ status, failure }: Extract<BarState, { kind: "idle" }>) {
  const t = useText();
  const good = status === "ready";
  const away = usePhone((phone) => phone.backend === "telephone");
  const Icon = good ? Headphones : PhoneOff;
  const tone = good ? css.good : status === "failed" ? css.bad : css.waiting;
  return (
    <div className={css.idle} role="status">
      <Icon size={16} className={tone} aria-hidden="true" />
      <span>{away ? t("phone.telephone") : t(`phone.${status}`)}</span>
      {failure && <small>{t(`phone.failure.${failure}`)}</small>}
      {good && <DialPad />}
    </div>
  );
}

function Short({ look, title, who }: { look: string | undefined; title: string; who: string | null }) {
  return (
    <div className={`${css.live} ${look}`}>
      <Phone size={16} aria-hidden="true" className={css.pulse} />
      <div className={css.who}>
        <b>{title}</b>
        {who && <span>{who}</span>}
      </div>
    </div>
  );
}

function Live({ bar }: { bar: LiveState }) {
  const t = useText();
  const { contact, muted, interrupted, canMute } = bar;
  const held = bar.kind === "held";
  const talk = useElapsed(contact.accepted_at);
  const hold = useElapsed(contact.held_since);
  const number = contact.from_address ? phoneNumber(contact.from_address) : t("number.withheld");
  const name = contact.screen_pop.customer?.display_name;
  return (
    <div className={`${css.live} ${held ? css.amber : css.green}`}>
      <span className={css.beat} aria-hidden="true" />
      <div className={css.who}>
        <b>{name ?? number}</b>
        {name && <span>{number}</span>}
      </div>
      <time className={css.timer}>{duration(talk)}</time>
      <span className={css.state}>
        {interrupted
          ? t("call.interrupted")
          : held
            ? t("call.held_for", { time: duration(hold) })
            : muted
              ? t("call.muted")
              : t("call.talking")}
      </span>
      <CallControls contact={contact} held={held} muted={muted} canMute={canMute} />
      <Keypad isDisabled={!canMute} />
      {contact.recording && <RecordingControl contactId={contact.contact_id} recording={contact.recording} />}
      {interrupted && <Rejoin contactId={contact.contact_id} />}
      <GoOn contactId={contact.contact_id} isDisabled={contact.parties.some((party) => party.kind === "guest")} />
      <EndCall contactId={contact.contact_id} />
    </div>
  );
}

/** The sound is gone though the call goes on: have the phone called back into it. */
function Rejoin({ contactId }: { contactId: string }) {
  const t = useText();
  const { run, busy } = useAction();
  return (
    <Button round onPress={() => void run(() => api.rejoin(contactId))} isPending={busy} data-testid="call-rejoin">
      {t("guest.rejoin")}
    </Button>
  );
}

function EndCall({ contactId }: { contactId: string }) {
  const t = useText();
  const { run, busy } = useAction();
  const end = () => void run(() => api.control(contactId, "hang-up"));
  useShortcut("end", end);
  return (
    <Button look="end" round onPress={end} isPending={busy} data-testid="call-end">
      <PhoneOff size={16} aria-hidden="true" />
      {t("call.end")}
    </Button>
  );
}
