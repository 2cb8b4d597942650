import { useRemaining } from "../store/now.ts";
import { useText } from "../text.ts";
import css from "./OfferCard.module.css";

const RADIUS = 17;
const LENGTH = 2 * Math.PI * RADIUS;

/** The time left to answer, as a number in an emptying ring. Nothing when the offer has no end. */
export function OfferRing({ from, until }: { from: string; until: string | null }) {
  const t = useText();
  const left = useRemaining(until);
  if (left === null || until === null) return null;
  const whole = Math.max(1, (Date.parse(until) - Date.parse(from)) / 1000);
  const share = Math.min(1, left / whole);
  return (
    <span className={css.ring} role="timer" aria-label={t("offer.left", { seconds: left })} data-soon={left <= 5}>
      <svg viewBox="0 0 40 40" width="40" height="40" aria-hidden="true">
        <circle cx="20" cy="20" r={RADIUS} className={css.ringTrack} />
        <circle
          cx="20"
          cy="20"
          r={RADIUS}
          className={css.ringLeft}
          strokeDasharray={LENGTH}
          strokeDashoffset={LENGTH * (1 - share)}
        />
      </svg>
      <b aria-hidden="true">{left}</b>
    </span>
  );
}
