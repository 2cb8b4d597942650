// The conversation as text: what the caller hears on the left, what the caller did on the right.
import { Music, UserRound } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Phase } from "../call/phase.ts";
import type { Done, Heard, Line } from "../journal/captions.ts";
import css from "./Captions.module.css";

export function Captions({ lines, phase }: { lines: readonly Line[]; phase: Phase }) {
  const { t } = useTranslation("simulator");
  const box = useRef<HTMLDivElement>(null);

  // The button that started the call is gone with the screen before: reading goes on here, and so do the keys.
  useEffect(() => {
    if (document.activeElement === document.body) box.current?.focus({ preventScroll: true });
  }, []);

  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [lines]);

  return (
    <div
      ref={box}
      className={css.captions}
      role="log"
      aria-live="polite"
      aria-label={t("captions.label")}
      tabIndex={0}
      data-testid="captions"
    >
      {lines.length === 0 && <p className={css.empty}>{t(phase === "ended" ? "captions.nothing" : "captions.soon")}</p>}
      {lines.map((line) =>
        line.type === "heard" ? <HeardLine key={line.id} line={line} /> : <DoneLine key={line.id} line={line} />,
      )}
    </div>
  );
}

function HeardLine({ line }: { line: Heard }) {
  const { t } = useTranslation("simulator");
  if (line.sound) {
    return (
      <p className={css.sound} data-testid="caption" data-sound>
        <Music size={14} strokeWidth={1.9} aria-hidden="true" />
        {t("captions.music")}
        <span className={css.file}>{line.text}</span>
      </p>
    );
  }
  return (
    <div className={css.heard}>
      {line.speaker && (
        <p className={css.speaker}>
          <UserRound size={13} strokeWidth={1.9} aria-hidden="true" />
          {line.speaker}
        </p>
      )}
      <p className={css.bubble} lang={line.lang ?? undefined} data-testid="caption">
        {line.text}
      </p>
    </div>
  );
}

function DoneLine({ line }: { line: Done }) {
  const { t } = useTranslation("simulator");
  return (
    <div className={css.done} data-testid="caller-act" data-taken={line.taken}>
      <p className={css.own}>
        <span className="visually-hidden">{t(`captions.${line.type}`)} </span>
        {line.type === "pressed" ? [...line.text].map((key, at) => <Cap key={at}>{key}</Cap>) : line.text}
      </p>
      {!line.taken && <p className={css.lost}>{t("captions.lost")}</p>}
    </div>
  );
}

function Cap({ children }: { children: string }) {
  return <span className={css.cap}>{children}</span>;
}
