import type { ReactNode } from "react";
import type { ContactView } from "../../shared/api/index.ts";
import { Skeleton } from "../../shared/ui/Feedback.tsx";
import { liveOffers } from "../offer/offers.ts";
import { useComingOffer } from "../offer/useComingOffer.ts";
import { useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import { QueueFoot } from "./QueueFoot.tsx";
import css from "./WorkList.module.css";
import { ContactRow, OfferRow, RecentRow } from "./WorkRow.tsx";

const inState = (contacts: readonly ContactView[], wrapUp: boolean) =>
  contacts.filter((contact) => (contact.state === "wrap_up") === wrapUp);

/** My contacts: offered, in my hands, to wrap up, and finished in this shift. */
export function WorkList({ shown }: { shown: string | null }) {
  const t = useText();
  const loaded = useServer((state) => state.agent !== null);
  const offers = liveOffers(useServer((state) => state.offers));
  const coming = useComingOffer();
  const contacts = useServer((state) => state.contacts);
  const recent = useServer((state) => state.recent);
  const active = inState(contacts, false);
  const wrapUp = inState(contacts, true);
  const nothing = offers.length + contacts.length + recent.length === 0;
  return (
    <section className={css.list} aria-label={t("work.label")} data-testid="work-list">
      <div className={css.rows}>
        {!loaded && <Skeleton lines={5} label={t("loading")} />}
        {loaded && nothing && <p className={css.nothing}>{t("work.nothing")}</p>}
        <Group title={t("work.offered")} rows={offers.map((o) => <OfferRow key={o.offer_id} offer={o} shown={o.offer_id === coming?.offer_id} />)} />
        <Group
          title={t("work.active")}
          rows={active.map((c) => <ContactRow key={c.contact_id} contact={c} shown={c.contact_id === shown} />)}
        />
        <Group
          title={t("work.wrap_up")}
          rows={wrapUp.map((c) => <ContactRow key={c.contact_id} contact={c} shown={c.contact_id === shown} />)}
        />
        <Group
          title={t("work.recent")}
          rows={recent.map((r) => <RecentRow key={r.contactId} recent={r} shown={r.contactId === shown} />)}
        />
      </div>
      <QueueFoot />
    </section>
  );
}

function Group({ title, rows }: { title: string; rows: ReactNode[] }) {
  if (rows.length === 0) return null;
  return (
    <section className={css.group}>
      <h2>
        {title}
        <span className="figures">{rows.length}</span>
      </h2>
      <ul>{rows}</ul>
    </section>
  );
}
