import { useQuery } from "@tanstack/react-query";
import type { CountedSearchView, Figure, Split, Total } from "../../../shared/api/index.ts";
import { Failure, Nothing, Skeleton } from "../../../shared/ui/Feedback.tsx";
import { Tag, type TagTone } from "../../../shared/ui/Tag.tsx";
import { Sheet } from "../../page/Sheet.tsx";
import { useLocale, useText } from "../../text.ts";
import { knowledge, type Period } from "../api.ts";
import css from "../Knowledge.module.css";
import { moment, share, useKnowledgeText } from "../text.ts";
import { ZONE } from "../usePeriod.ts";
import { keyName } from "./SplitFigures.tsx";

/** Which figure is opened: of all searches, or of one article. */
export type Behind = { title: string } & (
  | { split: Split; key: string; total: Total }
  | { article: string; figure: Figure }
);

const ACTIONS = ["answered", "suggested", "none"] as const;
const OUTCOMES = ["helped", "not_helped", "escalated", "re_asked", "abandoned"] as const;

/** The searches that a figure counts, the newest first. */
export function SearchesSheet({ behind, period, close }: { behind: Behind; period: Period; close(): void }) {
  const t = useKnowledgeText();
  const words = useText();
  const { data, isError, refetch } = useQuery({
    queryKey: ["faq-searches", behind, period],
    queryFn: () =>
      "article" in behind
        ? knowledge.articleSearches(behind.article, behind.figure, period)
        : knowledge.searches({ ...period, split: behind.split, key: behind.key, total: behind.total, time_zone: ZONE }),
    staleTime: 0,
  });
  return (
    <Sheet title={behind.title} close={close} testId="searches">
      {isError && (
        <Failure retry={() => void refetch()} retryLabel={words("retry")}>
          {t("failed")}
        </Failure>
      )}
      {!data && !isError && <Skeleton lines={5} label={words("loading")} />}
      {data?.length === 0 && <Nothing>{t("figures.no_searches")}</Nothing>}
      <ul className={css.list}>
        {data?.map((one) => (
          <Search key={one.search_id} search={one} />
        ))}
      </ul>
    </Sheet>
  );
}

function Search({ search }: { search: CountedSearchView }) {
  const t = useKnowledgeText();
  const locale = useLocale();
  const action = ACTIONS.find((one) => one === search.action);
  const outcome = OUTCOMES.find((one) => one === search.outcome);
  const tone: TagTone = outcome === "helped" ? "green" : outcome ? "red" : "grey";
  return (
    <li className={css.found} data-testid="search">
      <span className={css.split}>
        <b>{search.question}</b>
        <span className="figures">{share(search.probability, 1, locale)}</span>
      </span>
      <span className={css.meta}>
        {moment(search.at, locale)} · {keyName("channel", search.channel, t, locale)}
        {action && ` · ${t(`action.${action}`)}`}
      </span>
      {outcome && (
        <span>
          <Tag tone={tone}>{t(`outcome.${outcome}`)}</Tag>
        </span>
      )}
    </li>
  );
}
