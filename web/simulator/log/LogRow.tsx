// One line of the log; opened, it shows everything the line holds.
import { ArrowDownLeft, ArrowUpRight, ChevronRight, Dot, type LucideIcon, Volume1 } from "lucide-react";
import { memo, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { fineClock } from "../time.ts";
import type { JournalEntry } from "../journal/entry.ts";
import { type Detail, detailsOf, type Direction, directionOf, langOf, outcomeOf, summaryOf, titleOf } from "./describe.ts";
import { KIND_PICTURES } from "./kinds.ts";
import css from "./LogRow.module.css";

const ARROWS: Readonly<Record<Direction, LucideIcon>> = {
  to_app: ArrowUpRight,
  from_app: ArrowDownLeft,
  to_caller: Volume1,
  within: Dot,
};

export interface LogRowProps {
  entry: JournalEntry;
  /** Time of the call's first line, seconds since the epoch. */
  start: number;
  /** It is about another leg than the caller's, the agent's for example. */
  isOther: boolean;
}

export const LogRow = memo(function LogRow({ entry, start, isOther }: LogRowProps) {
  const { t } = useTranslation("simulator");
  const [open, setOpen] = useState(false);
  const id = useId();
  const direction = directionOf(entry);
  const outcome = outcomeOf(entry);
  const title = titleOf(entry);
  const Arrow = ARROWS[direction];
  const Picture = KIND_PICTURES[entry.kind];
  return (
    <li className={css.row} data-testid="log-row" data-kind={entry.kind} data-n={entry.n}>
      <button
        type="button"
        className={css.line}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen((was) => !was)}
      >
        <ChevronRight className={css.chevron} size={14} strokeWidth={2.2} aria-hidden="true" />
        <time className={css.time}>{fineClock(entry.t - start)}</time>
        <span className={css.arrow} data-direction={direction}>
          <Arrow size={15} strokeWidth={2.2} aria-hidden="true" />
          <span className="visually-hidden">{t(`direction.${direction}`)}</span>
        </span>
        <span className={css.kind}>
          <Picture size={13} strokeWidth={1.9} aria-hidden="true" />
          {t(`kinds.${entry.kind}.name`)}
        </span>
        <span className={css.words}>
          {isOther && <span className={css.other}>{t("log.other_leg")}</span>}
          {title && <span className={css.title}>{title}</span>}
          <span className={css.summary} lang={langOf(entry)}>{summaryOf(entry)}</span>
        </span>
        {outcome && (
          <span className={css.outcome} data-good={outcome.good}>
            {outcome.text}
          </span>
        )}
      </button>
      <div id={id} className={css.details} hidden={!open}>
        {open && <Details entry={entry} />}
      </div>
    </li>
  );
});

function Details({ entry }: { entry: JournalEntry }) {
  const { t } = useTranslation("simulator");
  return (
    <>
      <p className={css.about}>{t(`kinds.${entry.kind}.about`)}</p>
      {detailsOf(entry).map((detail) => (
        <DetailBlock key={`${detail.type}-${detail.name ?? ""}`} detail={detail} />
      ))}
      {entry.call_sid && <p className={css.sid}>{t("log.call_sid", { sid: entry.call_sid })}</p>}
    </>
  );
}

function DetailBlock({ detail }: { detail: Detail }) {
  const { t } = useTranslation("simulator");
  const name = detail.name === "params" || detail.name === "form" ? t("log.form_fields") : detail.name === "twiml" ? "TwiML" : detail.name;
  if (detail.type === "code") {
    return (
      <figure className={css.block}>
        <figcaption className={css.name}>{name}</figcaption>
        <pre className={css.code} tabIndex={0}>
          <code>{detail.text}</code>
        </pre>
      </figure>
    );
  }
  return (
    <div className={css.block}>
      {name && <p className={css.name}>{name}</p>}
      <dl className={css.fields}>
        {detail.fields.map((field, at) => (
          <div key={`${field.name}-${at}`} className={css.field}>
            <dt>{field.name}</dt>
            <dd>{field.value === "" ? <span className={css.blank}>{t("log.blank")}</span> : field.value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
