import { ChevronDown, ChevronUp } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { ScreenPop } from "../../shared/api/index.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { CandidateList } from "../customer/Candidates.tsx";
import { Certainty, PinnedNote } from "../customer/CustomerPanel.tsx";
import { Orders, PastContacts, UsualTopics } from "../customer/History.tsx";
import { lastContactWords } from "../customer/words.ts";
import { useNow } from "../store/now.ts";
import { useLocale, useText } from "../text.ts";
import css from "./OfferCard.module.css";

/** What to know before saying hello, in short; the rest opens inside of the card, so that nothing else moves. */
export function OfferScreenPop({ pop }: { pop: ScreenPop }) {
  const t = useText();
  const [open, setOpen] = useState(false);
  const { customer, candidates } = pop;
  const Arrow = open ? ChevronUp : ChevronDown;
  return (
    <div className={css.pop} data-testid="screen-pop">
      <InShort pop={pop} topics={!open} />
      <CandidateList candidates={candidates} />
      {open && customer && (
        <div className={css.more}>
          <Certainty certain={pop.identification === "certain"} />
          {customer.pinned_note && <PinnedNote>{customer.pinned_note}</PinnedNote>}
          <UsualTopics topics={pop.usual_topics} lang={customer.language} />
          <PastContacts contacts={pop.past_contacts} lang={customer.language} />
          <Orders orders={pop.orders} lang={customer.language} />
        </div>
      )}
      {customer && (
        <Button
          look="quiet"
          className={css.toggle}
          aria-expanded={open}
          onPress={() => setOpen(!open)}
          data-testid="offer-more"
        >
          {open ? t("offer.less") : t("offer.more")}
          <Arrow size={14} aria-hidden="true" />
        </Button>
      )}
    </div>
  );
}

/** Why they call, what did not help, what they usually ask, and when they last did. */
function InShort({ pop, topics }: { pop: ScreenPop; topics: boolean }) {
  const t = useText();
  const locale = useLocale();
  const now = useNow();
  const { self_service: service, customer, usual_topics: usual, past_contacts: past } = pop;
  const { question, topic_label: topic, article_title: article, unsolved_reason: reason } = service;
  const lang = customer?.language ?? pop.language;
  const times = usual.map((one) => t("offer.times", { topic: one.label, count: one.count }));
  return (
    <dl className={css.short}>
      {topic && <Line term={t("offer.reason")}>{topic}</Line>}
      {question && (
        <Line term={t("offer.asked")} lang={lang} strong>
          {t("quoted", { text: question })}
        </Line>
      )}
      {article && (
        <Line term={t("offer.heard")} lang={lang}>
          {article}
        </Line>
      )}
      {reason && <Line term={t("offer.unsolved")}>{t(`unsolved.${reason}`)}</Line>}
      {topics && times.length > 0 && <Line term={t("offer.topics")}>{times.join(t("list_separator"))}</Line>}
      {topics && past[0] && <Line term={t("offer.last")}>{lastContactWords(past[0], t, locale, now)}</Line>}
    </dl>
  );
}

interface LineProps {
  term: string;
  children: ReactNode;
  lang?: string;
  strong?: boolean;
}

function Line({ term, children, lang, strong }: LineProps) {
  return (
    <div>
      <dt>{term}</dt>
      <dd lang={lang} className={strong ? css.strong : undefined}>
        {children}
      </dd>
    </div>
  );
}
