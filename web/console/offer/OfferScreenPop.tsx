import type { ReactNode } from "react";
import type { ScreenPop } from "../../shared/api/index.ts";
import { useNow } from "../store/now.ts";
import { lastContactWords } from "../customer/words.ts";
import { useLocale, useText } from "../text.ts";
import css from "./OfferCard.module.css";

/** What the agent should know before saying hello: why they call, what did not help, and when they last did. */
export function OfferScreenPop({ pop }: { pop: ScreenPop }) {
  const t = useText();
  const locale = useLocale();
  const now = useNow();
  const { self_service: service, customer, candidates } = pop;
  const last = pop.past_contacts[0];
  const reason = service.question ?? service.topic_label;
  return (
    <dl className={css.pop} data-testid="screen-pop">
      {candidates.length > 1 && (
        <Line term={t("offer.maybe")}>{candidates.map((one) => one.display_name).join(t("list_separator"))}</Line>
      )}
      {reason && (
        <Line term={service.question ? t("offer.asked") : t("offer.reason")} lang={customer?.language} strong>
          {service.question ? t("quoted", { text: reason }) : reason}
        </Line>
      )}
      {service.article_title && (
        <Line term={t("offer.heard")} lang={customer?.language}>
          {service.article_title}
        </Line>
      )}
      {service.unsolved_reason && <Line term={t("offer.unsolved")}>{t(`unsolved.${service.unsolved_reason}`)}</Line>}
      {last && <Line term={t("offer.last")}>{lastContactWords(last, t, locale, now)}</Line>}
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
      <dd lang={lang} className={strong ? css.strong : undefined}>{children}</dd>
    </div>
  );
}
