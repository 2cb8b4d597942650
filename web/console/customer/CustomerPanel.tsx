import { BadgeCheck, BadgeHelp, Pin } from "lucide-react";
import type { ReactNode } from "react";
import type { CustomerCard, ScreenPop } from "../../shared/api/index.ts";
import type { Stage, Subject } from "../contact/subject.ts";
import { phoneNumber } from "../../shared/format.ts";
import { LOCALE_NAMES } from "../../shared/i18n/locales.ts";
import { Avatar } from "../../shared/ui/Avatar.tsx";
import { CallButton } from "../dial/CallButton.tsx";
import { useText } from "../text.ts";
import { TierBadge } from "./Badges.tsx";
import { CandidateList, Candidates } from "./Candidates.tsx";
import css from "./CustomerPanel.module.css";
import { Orders, PastContacts, UsualTopics } from "./History.tsx";
import { addressWords, unknownWords } from "./words.ts";

interface CustomerPanelProps {
  contact: Subject;
  stage: Stage;
  /** Say the name; not needed below a card that has just said it. */
  named: boolean;
}

/** Who is calling, how sure that is, and their past. */
export function CustomerPanel({ contact, stage, named }: CustomerPanelProps) {
  const t = useText();
  const { screen_pop: pop, from_address: address } = contact;
  const { customer, candidates } = pop;
  return (
    <section className={css.panel} aria-label={t("customer.label")} tabIndex={0} data-testid="customer-panel">
      {named && (customer ? <Name customer={customer} /> : <Unknown pop={pop} address={address} channel={contact.channel} />)}
      {customer && <Certainty certain={pop.identification === "certain"} />}
      <Facts pop={pop} calling={address} />
      {stage === "mine" && pop.identification !== "certain" && (
        <Candidates contactId={contact.contact_id} candidates={candidates} customer={customer} />
      )}
      {stage === "offered" && <CandidateList candidates={candidates} />}
      {customer?.pinned_note && <PinnedNote>{customer.pinned_note}</PinnedNote>}
      <UsualTopics topics={pop.usual_topics} lang={customer?.language} />
      <PastContacts contacts={pop.past_contacts} lang={customer?.language} />
      <Orders orders={pop.orders} lang={customer?.language} />
      {!customer && candidates.length === 0 && (
        <p className={css.nobody}>{t(address || contact.channel === "chat" ? "customer.no_past" : "customer.no_number")}</p>
      )}
    </section>
  );
}

/** What every agent should know of this customer first. */
export function PinnedNote({ children }: { children: ReactNode }) {
  const t = useText();
  return (
    <p className={css.pinned}>
      <Pin size={14} aria-label={t("customer.pinned")} />
      {children}
    </p>
  );
}

function Name({ customer }: { customer: CustomerCard }) {
  const t = useText();
  const { customer_since: since } = customer;
  return (
    <header className={css.head}>
      <Avatar name={customer.display_name} size="large" />
      <div>
        <h2>{customer.display_name}</h2>
        <p>
          <TierBadge tier={customer.tier} />
          {since ? t("customer.since", { year: new Date(since).getFullYear() }) : t(`customer.${customer.kind}`)}
        </p>
      </div>
    </header>
  );
}

/** How sure the match of caller and customer is. */
export function Certainty({ certain }: { certain: boolean }) {
  const t = useText();
  const Icon = certain ? BadgeCheck : BadgeHelp;
  return (
    <p className={certain ? css.certain : css.likely}>
      <Icon size={15} aria-hidden="true" />
      {certain ? t("identity.certain") : t("identity.likely")}
    </p>
  );
}

function Facts({ pop, calling }: { pop: ScreenPop; calling: string | null }) {
  const t = useText();
  const { customer, language: spoken } = pop;
  const phones = customer?.phones ?? (calling ? [calling] : []);
  return (
    <dl className={css.facts}>
      {phones.map((phone) => (
        <Fact key={phone} term={t("customer.phone")}>
          <span className={phone === calling ? css.calling : undefined}>{phoneNumber(phone)}</span>
          {phone === calling && <small>{t("customer.calling_from")}</small>}
          <CallButton
            small
            target={{ number: phone.replace(/^whatsapp:/i, "") }}
            words={t("dial.call_number", { number: phoneNumber(phone) })}
          />
        </Fact>
      ))}
      {customer?.emails.map((email) => (
        <Fact key={email} term={t("customer.email")}>
          {email}
        </Fact>
      ))}
      {customer && (
        <Fact term={t("customer.language")}>
          <span lang={customer.language}>{LOCALE_NAMES[customer.language]}</span>
        </Fact>
      )}
      {customer?.language !== spoken && (
        <Fact term={t("customer.spoken_term")}>
          <span lang={spoken}>{LOCALE_NAMES[spoken]}</span>
        </Fact>
      )}
    </dl>
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

function Unknown({ pop, address, channel }: { pop: ScreenPop; address: string | null; channel: string }) {
  const t = useText();
  return (
    <header className={css.head}>
      <Avatar name={null} size="large" />
      <div>
        <h2>{addressWords(address, channel, t)}</h2>
        <p>{unknownWords(pop, address, channel, t)}</p>
      </div>
    </header>
  );
}
