import type { OrderView, PastContact, UsualTopic } from "../../shared/api/index.ts";
import { money } from "../../shared/format.ts";
import { ChannelIcon } from "../contact/ChannelIcon.tsx";
import { OrderStatus } from "../contact/OrderCard.tsx";
import { useNow } from "../store/now.ts";
import { useLocale, useText } from "../text.ts";
import css from "./CustomerPanel.module.css";
import { channelWords, labelIn, outcomeWords, whenWords } from "./words.ts";

/** What the customer usually calls about, with the article that solved it last. */
export function UsualTopics({ topics, lang }: { topics: readonly UsualTopic[]; lang?: string }) {
  const t = useText();
  if (topics.length === 0) return null;
  return (
    <section className={css.part}>
      <h3>{t("topics.title")}</h3>
      <ul>
        {topics.map((topic) => (
          <li key={topic.topic} className={css.topic}>
            <b>{topic.label}</b>
            <span className="figures">{t("topics.times", { count: topic.count })}</span>
            {topic.article_title && (
              <p>
                {t("topics.solved_by")} <q lang={lang}>{topic.article_title}</q>
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Earlier contacts with their outcome. */
export function PastContacts({ contacts, lang }: { contacts: readonly PastContact[]; lang?: string }) {
  const t = useText();
  if (contacts.length === 0) return null;
  return (
    <section className={css.part}>
      <h3>{t("past.title")}</h3>
      <ul className={css.past}>
        {contacts.map((past) => (
          <Past key={past.contact_id} past={past} lang={lang} />
        ))}
      </ul>
    </section>
  );
}

function Past({ past, lang }: { past: PastContact; lang?: string }) {
  const t = useText();
  const locale = useLocale();
  const now = useNow();
  const labels = past.disposition_labels.map((label) => labelIn(label, locale));
  const title = labels[0] ?? past.topic_label ?? channelWords(past.channel, t);
  const solved = past.outcome === "handled" || past.outcome === "solved_by_self_service";
  const words = [channelWords(past.channel, t), past.agent_name, outcomeWords(past.outcome, t)].filter(Boolean);
  return (
    <li className={css.pastRow}>
      <span className={solved ? css.pastIcon : `${css.pastIcon} ${css.unsolved}`}>
        <ChannelIcon channel={past.channel} size={13} />
      </span>
      <div>
        <b>{title}</b>
        <time dateTime={past.started_at}>{whenWords(past.started_at, t, locale, now)}</time>
        <p className={solved ? undefined : css.unsolvedWords}>{words.join(" · ")}</p>
        {past.note && <p lang={lang}>{past.note}</p>}
      </div>
    </li>
  );
}

/** Orders after the latest, which has its own card. */
export function Orders({ orders, lang }: { orders: readonly OrderView[]; lang?: string }) {
  const t = useText();
  const locale = useLocale();
  if (orders.length === 0) return null;
  return (
    <section className={css.part}>
      <h3>{t("orders.title")}</h3>
      <ul>
        {orders.map((order) => (
          <li key={order.number} className={css.order}>
            <b className="figures">{order.number}</b>
            <OrderStatus status={order.status} />
            <p className="figures">
              <span lang={lang}>{order.items.join(t("list_separator"))}</span>{" "}
              {money(order.total_minor, order.currency, locale)}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
