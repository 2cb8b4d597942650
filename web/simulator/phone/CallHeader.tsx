// Who is called, as whom, where the call stands and for how long.
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Directory, WITHHELD } from "../call/client.ts";
import { type EndReason, endReason, type Phase } from "../call/phase.ts";
import type { CurrentCall, Phone } from "../call/phone.ts";
import { clock } from "../time.ts";
import css from "./CallHeader.module.css";

export interface CallHeaderProps {
  phone: Phone;
  call: CurrentCall;
  phase: Phase;
  directory: Directory;
}

export function CallHeader({ phone, call, phase, directory }: CallHeaderProps) {
  const { t } = useTranslation("simulator");
  const [ours, theirs] = call.isIncoming ? [call.from, call.to] : [call.to, call.from];
  const shop = directory.numbers.find(({ number }) => number === ours);
  const caller = directory.callers.find(({ number }) => number === theirs);
  const view = phone.use((state) => state.view);
  const lost = phone.use((state) => state.feed === "lost") && phase !== "ended";
  const name = theirs === WITHHELD ? t("dial.modes.withheld") : (caller?.label ?? theirs);
  const look = lost ? "lost" : phase;
  const peers = phase === "talking" ? (view?.peers ?? []) : [];
  return (
    <div className={css.header}>
      <div className={css.who}>
        <p className={css.shop}>{shop?.label ?? ours}</p>
        <p className={css.caller}>{t(call.isIncoming ? "call.rung" : "call.as", { name })}</p>
      </div>
      <Timer from={call.startedAt} until={call.endedAt} />
      <p className={css.status} data-look={look} role="status" data-testid="call-status" data-status={phase}>
        <span className={css.dot} aria-hidden="true" />
        <StatusText phone={phone} phase={phase} />
        {peers.length > 0 && <span className={css.peers}>{peers.join(", ")}</span>}
      </p>
    </div>
  );
}

function StatusText({ phone, phase }: { phone: Phone; phase: Phase }) {
  const { t } = useTranslation("simulator");
  const view = phone.use((state) => state.view);
  const entries = phone.use((state) => state.entries);
  const feed = phone.use((state) => state.feed);
  const isIncoming = phone.use((state) => state.call?.isIncoming ?? false);
  if (phase === "ended") return <span>{t(`ended.${whoEnded(endReason(view, entries), isIncoming)}`)}</span>;
  if (feed === "lost") return <span>{t("call.reconnecting")}</span>;
  if (phase === "idle") return null;
  return <span>{t(`phase.${phase}`)}</span>;
}

/** On a call the product made, the person of this page is the one called. */
function whoEnded(reason: EndReason, isIncoming: boolean): EndReason {
  if (!isIncoming) return reason;
  return reason === "callee" ? "caller" : reason === "caller" ? "callee" : reason;
}

const TICK = 250; // ms

function Timer({ from, until }: { from: number; until: number | null }) {
  const { t } = useTranslation("simulator");
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (until !== null) return;
    const timer = setInterval(() => setNow(Date.now()), TICK);
    return () => clearInterval(timer);
  }, [until]);
  return (
    <time className={css.timer} role="timer" aria-label={t("call.duration")}>
      {clock(((until ?? now) - from) / 1000)}
    </time>
  );
}
