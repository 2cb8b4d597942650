import { BadgeCheck, BadgeHelp, Crown, Pin } from "lucide-react";
import type { ReactNode } from "react";
import type { ContactView, CustomerCard } from "../../shared/api/index.ts";
import { phoneNumber } from "../../shared/format.ts";
import { LOCALE_NAMES } from "../../shared/i18n/locales.ts";
import { Avatar } from "../../shared/ui/Avatar.tsx";
import { useText } from "../text.ts";
import { Candidates } from "./Candidates.tsx";
import css from "./CustomerPanel.module.css";
import { Orders, PastContacts, UsualTopics } from "./History.tsx";

/** Who is calling, how sure that is, and their past. */
export function CustomerPanel({ contact, mine }: { contact: ContactView; mine: boolean }) {
  const t = useText();
  const pop = contact.screen_pop;
  const { customer } = pop;
  return (
    <section className={css.panel} aria-label={t("customer.label")} tabIndex={0} data-testid="customer-panel">
      {customer ? (
        <Card customer={customer} calling={contact.from_address} certain={pop.identification === "certain"} />
      ) : (
        <Unknown address={contact.from_address} />
      )}
      {mine && pop.identification !== "certain" && (
        <Candidates contactId={contact.contact_id} candidates={pop.candidates} customer={customer} />
      )}
      {customer?.pinned_note && (
        <p className={css.pinned}>
          <Pin size={14} aria-label={t("customer.pinned")} />
          {customer.pinned_note}
        </p>
      )}
      <UsualTopics topics={pop.usual_topics} lang={customer?.language} />
      <PastContacts contacts={pop.past_contacts} lang={customer?.language} />
      <Orders orders={pop.orders} lang={customer?.language} />
    </section>
  );
}

interface CardProps {
  customer: CustomerCard;
  calling: string | null;
  certain: boolean;
}

function Card({ customer, calling, certain }: CardProps) {
  const t = useText();
  const { customer_since: since, tier } = customer;
  return (
    <>
      <header className={css.head}>
        <Avatar name={customer.display_name} size="large" />
        <div>
          <h2>{customer.display_name}</h2>
          <p>
            {tier !== "standard" && (
              <span className={css.tier}>
                <Crown size={12} aria-hidden="true" />
                {t(`tier.${tier}`)}
              </span>
            )}
            {since ? t("customer.since", { year: new Date(since).getFullYear() }) : t(`customer.${customer.kind}`)}
          </p>
        </div>
      </header>
      <p className={certain ? css.certain : css.likely}>
        {certain ? <BadgeCheck size={15} aria-hidden="true" /> : <BadgeHelp size={15} aria-hidden="true" />}
        {certain ? t("identity.certain") : t("identity.likely")}
      </p>
      <dl className={css.facts}>
        {customer.phones.map((phone) => (
          <Fact key={phone} term={t("customer.phone")}>
            <span className={phone === calling ? css.calling : undefined}>{phoneNumber(phone)}</span>
            {phone === calling && <small>{t("customer.calling_from")}</small>}
          </Fact>
        ))}
        {customer.emails.map((email) => (
          <Fact key={email} term={t("customer.email")}>
            {email}
          </Fact>
        ))}
        <Fact term={t("customer.language")}>
          <span lang={customer.language}>{LOCALE_NAMES[customer.language]}</span>
        </Fact>
      </dl>
    </>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Unknown({ address }: { address: string | null }) {
  const t = useText();
  return (
    <header className={css.head}>
      <Avatar name={null} size="large" />
      <div>
        <h2>{address ? phoneNumber(address) : t("number.withheld")}</h2>
        <p>{t("identity.unknown")}</p>
      </div>
    </header>
  );
}
