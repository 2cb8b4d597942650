import { Package } from "lucide-react";
import type { OrderView } from "../../shared/api/index.ts";
import { money } from "../../shared/format.ts";
import { useNow } from "../store/now.ts";
import { whenWords } from "../customer/words.ts";
import { useLocale, useText } from "../text.ts";
import css from "./Cards.module.css";

const TONES: Record<OrderView["status"], string | undefined> = {
  placed: css.grey,
  paid: css.blue,
  shipped: css.blue,
  delivered: css.green,
  returned: css.amber,
  refunded: css.violet,
  cancelled: css.grey,
};

interface OrderCardProps {
  order: OrderView;
  before: OrderView | undefined;
  lang?: string;
}

/** The customer's latest order, which most calls are about, and in short the one before it. */
export function OrderCard({ order, before, lang }: OrderCardProps) {
  const t = useText();
  const locale = useLocale();
  const now = useNow();
  return (
    <section className={css.card} aria-labelledby="order-card" data-testid="order-card">
      <h2 id="order-card">
        <Package size={16} aria-hidden="true" />
        {t("order.title", { number: order.number })}
        <OrderStatus status={order.status} />
      </h2>
      <ul lang={lang} className={css.items}>
        {order.items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
      <p className={css.second}>
        {money(order.total_minor, order.currency, locale)} ·{" "}
        {t("order.placed", { when: whenWords(order.placed_at, t, locale, now) })}
      </p>
      {before && (
        <p className={css.before}>
          {t("order.before")} <b>{before.number}</b> {money(before.total_minor, before.currency, locale)}
          <OrderStatus status={before.status} />
        </p>
      )}
    </section>
  );
}

/** Where an order stands. */
export function OrderStatus({ status }: { status: OrderView["status"] }) {
  const t = useText();
  return <span className={`${css.status} ${TONES[status]}`}>{t(`order.status.${status}`)}</span>;
}
