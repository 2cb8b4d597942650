import { useMemo } from "react";
import type { TouchpointView } from "../../shared/api/index.ts";
import { clock, daysAgo, longDate } from "../../shared/format.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Failure, Nothing, Skeleton } from "../../shared/ui/Feedback.tsx";
import { useNow } from "../store/now.ts";
import { useServer } from "../store/store.ts";
import { useLocale, useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import { LineSound } from "./LineSound.tsx";
import { LineIcon, toneOf } from "./LineIcon.tsx";
import type { Subject } from "./subject.ts";
import css from "./Timeline.module.css";
import { touchpointWords, type Wording } from "./touchpointWords.ts";
import { useTimeline } from "./useTimeline.ts";

/** Everything that happened with the customer, newest first and live; of the contact alone while nobody is known. */
export function Timeline({ contact }: { contact: Subject }) {
  const t = useText();
  const customer = contact.screen_pop.customer;
  const { timeline, failed, retry, loadOlder } = useTimeline(
    customer ? { kind: "customer", id: customer.customer_id } : { kind: "contact", id: contact.contact_id },
  );
  const { run, busy } = useAction();
  return (
    <section className={css.timeline} aria-labelledby="timeline-title" data-testid="timeline">
      <h2 id="timeline-title" className={css.title}>
        {customer ? t("timeline.of_customer") : t("timeline.of_contact")}
      </h2>
      {failed && (
        <Failure retry={retry} retryLabel={t("retry")}>
          {t("timeline.failed")}
        </Failure>
      )}
      {!timeline && !failed && <Skeleton lines={5} label={t("loading")} />}
      {timeline && timeline.touchpoints.length === 0 && <Nothing>{t("timeline.empty")}</Nothing>}
      {timeline && <Days lines={timeline.touchpoints} contactId={contact.contact_id} lang={customer?.language} />}
      {timeline?.nextBefore && (
        <Button onPress={() => void run(loadOlder)} isPending={busy} className={css.older}>
          {t("timeline.older")}
        </Button>
      )}
    </section>
  );
}

interface DaysProps {
  lines: readonly TouchpointView[];
  contactId: string;
  lang?: string;
}

function byDay(lines: readonly TouchpointView[]): [string, TouchpointView[]][] {
  const days = Map.groupBy(lines, (line) => new Date(line.at).toDateString());
  return [...days];
}

function Days({ lines, contactId, lang }: DaysProps) {
  const t = useText();
  const locale = useLocale();
  const now = useNow();
  const dispositions = useServer((state) => state.dispositions);
  const wording = useMemo(() => ({ t, locale, dispositions }), [t, locale, dispositions]);
  const near = (at: string) => {
    const days = daysAgo(at, now);
    return days === 0 ? t("today") : days === 1 ? t("yesterday") : null;
  };
  return byDay(lines).map(([day, ofDay]) => (
    <section key={day} className={css.day}>
      <h3>{[near(ofDay[0]?.at ?? day), longDate(ofDay[0]?.at ?? day, locale, now)].filter(Boolean).join(" · ")}</h3>
      <ol>
        {ofDay.map((line) => (
          <Row key={line.touchpoint_id} line={line} wording={wording} now={line.contact_id === contactId} lang={lang} />
        ))}
      </ol>
    </section>
  ));
}

interface RowProps {
  line: TouchpointView;
  wording: Wording;
  /** Does the line belong to the contact on screen? */
  now: boolean;
  lang?: string;
}

function Row({ line, wording, now, lang }: RowProps) {
  const words = touchpointWords(line, wording);
  const look = [css.row, now && css.now, words.note && css.note].filter(Boolean).join(" ");
  return (
    <li className={look} data-testid="timeline-row" data-kind={line.kind}>
      <time dateTime={line.at}>{clock(line.at, wording.locale)}</time>
      <span className={css.icon} data-tone={toneOf(line)}>
        <LineIcon line={line} />
      </span>
      <div>
        <p>{words.title}</p>
        {words.body && (
          <p className={css.body} lang={line.actor === "agent" ? undefined : lang}>
            {words.body}
          </p>
        )}
        <LineSound line={line} />
      </div>
    </li>
  );
}
