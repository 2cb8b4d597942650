import { PhoneMissed, RefreshCw, WifiOff } from "lucide-react";
import type { ReactNode } from "react";
import { clock, phoneNumber } from "../../shared/format.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { api } from "../api.ts";
import { CallButton } from "../dial/CallButton.tsx";
import { GuestBar } from "../call/GuestBar.tsx";
import { useMe } from "../session/session.ts";
import { keyOf } from "../shortcuts/keys.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { useLink } from "../socket/link.ts";
import { useServer } from "../store/store.ts";
import { useLocale, useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import css from "./Banners.module.css";
import { useOutage } from "./useOutage.ts";

/** Bars under the top bar, for what concerns the whole console. */
export function Banners() {
  return (
    <div className={css.banners}>
      <GuestBar />
      <NotReachedBanner />
      <OutageBanner />
      <MissedBanner />
      <UpdateBanner />
    </div>
  );
}

function OutageBanner() {
  const t = useText();
  const locale = useLocale();
  const outage = useOutage();
  const toldAt = useServer((state) => state.toldAt);
  const icon = <WifiOff size={16} aria-hidden="true" />;
  const state = toldAt ? t("outage.state_of", { time: clock(toldAt, locale, true) }) : "";
  return (
    <div role="status" data-testid={outage ? "reconnecting" : undefined}>
      {outage === "reconnecting" && <Bar tone={css.amber} icon={icon} text={t("outage.reconnecting")} more={state} />}
      {outage === "offline" && <Bar tone={css.red} icon={icon} text={t("outage.offline")} more={state} />}
    </div>
  );
}

/** After an unanswered offer: what happened, and one key back to work. */
function MissedBanner() {
  const t = useText();
  const paused = useServer((state) => state.agent?.activity === "not_responding");
  const missed = useServer((state) => state.missed);
  const { run, busy } = useAction();
  const resume = () => void run(() => api.setPresence({ presence: "available" }));
  useShortcut("resume_work", resume, paused);
  if (!paused) return null;
  const who = missed?.name ?? (missed?.address ? phoneNumber(missed.address) : null);
  return (
    <div role="alert" data-testid="missed-banner">
      <Bar
        tone={css.amber}
        icon={<PhoneMissed size={16} aria-hidden="true" />}
        text={who ? t("missed.from", { who }) : t("missed.text")}
      >
        <Button onPress={resume} isPending={busy} shortcut={keyOf("resume_work")} data-testid="missed-resume">
          {t("missed.resume")}
        </Button>
      </Bar>
    </div>
  );
}

/** Nobody was reached by the call that the agent made: why, while it is wrapped up. */
function NotReachedBanner() {
  const t = useText();
  const contact = useServer((state) => state.contacts.find((one) => one.not_reached !== null) ?? null);
  const why = contact?.not_reached;
  return (
    <div role="status" data-testid={why ? "not-reached" : undefined}>
      {contact && why && (
        <Bar
          tone={css.amber}
          icon={<PhoneMissed size={16} aria-hidden="true" />}
          text={t(`not_reached.${why}`)}
          more={contact.screen_pop.customer?.display_name ?? (contact.from_address ? phoneNumber(contact.from_address) : "")}
        >
          {contact.state === "wrap_up" && <CallButton target={{ contact_id: contact.contact_id }} words={t("dial.again")} />}
        </Bar>
      )}
    </div>
  );
}

/** A newer front end is there; offered only when no call would be cut off by loading it. */
function UpdateBanner() {
  const t = useText();
  const me = useMe();
  const newer = useLink((link) => link.build !== null && link.build !== me.build);
  const busy = useServer((state) => state.contacts.length + state.offers.length > 0);
  if (!newer || busy) return null;
  return (
    <Bar tone={css.blue} icon={<RefreshCw size={16} aria-hidden="true" />} text={t("update.text")}>
      <Button onPress={() => location.reload()}>{t("update.reload")}</Button>
    </Bar>
  );
}

interface BarProps {
  tone: string | undefined;
  icon: ReactNode;
  text: string;
  more?: string;
  children?: ReactNode;
}

function Bar({ tone, icon, text, more, children }: BarProps) {
  return (
    <div className={`${css.bar} ${tone}`}>
      {icon}
      <p>{text}</p>
      {more && <p>{more}</p>}
      {children}
    </div>
  );
}
