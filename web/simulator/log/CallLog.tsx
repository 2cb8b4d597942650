// Everything that happened on the line, newest last: each request, document and event with its details.
import { useEffect, useMemo, useRef, useState } from "react";
import { ToggleButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import type { Phone } from "../call/phone.ts";
import { ENTRY_KINDS, type EntryKind, type JournalEntry } from "../journal/entry.ts";
import css from "./CallLog.module.css";
import { CopyButton } from "./CopyButton.tsx";
import { HowItWorks } from "./HowItWorks.tsx";
import { KIND_PICTURES } from "./kinds.ts";
import { LogRow } from "./LogRow.tsx";

const NEAR_END = 40; // px from the bottom that still counts as reading the newest line

export function CallLog({ phone }: { phone: Phone }) {
  const { t } = useTranslation("simulator");
  const entries = phone.use((state) => state.entries);
  const own = phone.use((state) => state.call?.sid);
  const [hidden, setHidden] = useState<ReadonlySet<EntryKind>>(new Set());
  const shown = useMemo(() => entries.filter((entry) => !hidden.has(entry.kind)), [entries, hidden]);
  const start = entries[0]?.t ?? 0;
  const list = useFollowing(shown);

  return (
    <section className={css.panel} aria-labelledby="log-heading">
      <div className={css.top}>
        <h2 id="log-heading" className={css.heading}>
          {t("log.heading")}
        </h2>
        <p className={css.count}>{t("log.count", { count: entries.length })}</p>
        <CopyButton text={() => JSON.stringify(shown, null, 2)} label={t("log.copy")} isDisabled={shown.length === 0} />
      </div>
      <Filter entries={entries} hidden={hidden} onChange={setHidden} />
      <div ref={list} className={css.scroll} tabIndex={0} role="group" aria-labelledby="log-heading">
        {entries.length === 0 ? (
          <HowItWorks />
        ) : (
          <ol data-testid="log">
            {shown.map((entry) => (
              <LogRow
                key={entry.n}
                entry={entry}
                start={start}
                isOther={entry.call_sid !== null && entry.call_sid !== own}
              />
            ))}
          </ol>
        )}
        {entries.length > 0 && shown.length === 0 && <p className={css.none}>{t("log.none_shown")}</p>}
      </div>
    </section>
  );
}

interface FilterProps {
  entries: readonly JournalEntry[];
  hidden: ReadonlySet<EntryKind>;
  onChange: (hidden: ReadonlySet<EntryKind>) => void;
}

function Filter({ entries, hidden, onChange }: FilterProps) {
  const { t } = useTranslation("simulator");
  const counts = useMemo(() => {
    const sums = new Map<EntryKind, number>();
    for (const { kind } of entries) sums.set(kind, (sums.get(kind) ?? 0) + 1);
    return sums;
  }, [entries]);

  function toggle(kind: EntryKind): void {
    const next = new Set(hidden);
    if (!next.delete(kind)) next.add(kind);
    onChange(next);
  }

  return (
    <div className={css.filter} role="group" aria-label={t("log.filter")}>
      {ENTRY_KINDS.filter((kind) => kind !== "message" || counts.has(kind)).map((kind) => {
        const Picture = KIND_PICTURES[kind];
        return (
          <ToggleButton
            key={kind}
            className={css.chip ?? ""}
            isSelected={!hidden.has(kind)}
            onChange={() => toggle(kind)}
            data-kind={kind}
            data-testid={`log-filter-${kind}`}
          >
            <Picture size={14} strokeWidth={1.9} aria-hidden="true" />
            {t(`kinds.${kind}.name`)}
            <span className={css.number}>{counts.get(kind) ?? 0}</span>
          </ToggleButton>
        );
      })}
    </div>
  );
}

/** Keeps the newest row in sight while the reader is at the end; leaves the list alone otherwise. */
function useFollowing(shown: readonly JournalEntry[]) {
  const list = useRef<HTMLDivElement>(null);
  const following = useRef(true);

  useEffect(() => {
    const box = list.current;
    if (!box) return;
    const look = () => {
      following.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
    };
    box.addEventListener("scroll", look, { passive: true });
    return () => box.removeEventListener("scroll", look);
  }, []);

  useEffect(() => {
    if (shown.length > 0 && (following.current || shown.length === 1)) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [shown]);

  return list;
}
