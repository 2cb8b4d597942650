import { UserCheck, UserX } from "lucide-react";
import type { CustomerCandidate, CustomerCard } from "../../shared/api/index.ts";
import { Avatar } from "../../shared/ui/Avatar.tsx";
import { Button } from "../../shared/ui/Button.tsx";
import { api } from "../api.ts";
import { useNow } from "../store/now.ts";
import { receiveContact } from "../store/store.ts";
import { useLocale, useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import { TierBadge } from "./Badges.tsx";
import css from "./CustomerPanel.module.css";
import { whenWords } from "./words.ts";

interface CandidatesProps {
  contactId: string;
  candidates: readonly CustomerCandidate[];
  /** The customer the service thinks likely, to be confirmed. */
  customer: CustomerCard | null;
}

/** Who the caller may be, and the agent's word on it; nothing when there is nobody to choose from. */
export function Candidates({ contactId, candidates, customer }: CandidatesProps) {
  const t = useText();
  const { run, busy } = useAction();
  const choose = async (customerId: string | null) => {
    const changed = await run(() => api.chooseCustomer(contactId, customerId));
    if (changed) receiveContact(changed);
  };
  if (candidates.length === 0 && !customer) return null;
  return (
    <section className={css.candidates} aria-label={t("candidates.title")}>
      <h3>{candidates.length > 0 ? t("candidates.title") : t("candidates.confirm_title")}</h3>
      <ul>
        {candidates.map((one) => (
          <Candidate key={one.customer_id} candidate={one} busy={busy} choose={() => void choose(one.customer_id)} />
        ))}
      </ul>
      <div className={css.choices}>
        {candidates.length === 0 && customer && (
          <Button onPress={() => void choose(customer.customer_id)} isDisabled={busy} data-testid="customer-confirm">
            <UserCheck size={14} aria-hidden="true" />
            {t("candidates.confirm")}
          </Button>
        )}
        <Button onPress={() => void choose(null)} isDisabled={busy} data-testid="customer-none">
          <UserX size={14} aria-hidden="true" />
          {candidates.length > 0 ? t("candidates.none") : t("candidates.somebody_else")}
        </Button>
      </div>
    </section>
  );
}

interface CandidateProps {
  candidate: CustomerCandidate;
  busy: boolean;
  choose(): void;
}

function Candidate({ candidate, busy, choose }: CandidateProps) {
  const words = useReason(candidate);
  return (
    <li>
      <Button
        className={css.candidate}
        onPress={choose}
        isDisabled={busy}
        data-testid={`customer-choice-${candidate.customer_id}`}
      >
        <Avatar name={candidate.display_name} size="small" />
        <span>
          <b>{candidate.display_name}</b>
          <small>{words}</small>
        </span>
        <TierBadge tier={candidate.tier} />
      </Button>
    </li>
  );
}

/** Why the caller may be this customer, and when they last called. */
function useReason({ reason, last_contact_at: last }: CustomerCandidate): string {
  const t = useText();
  const locale = useLocale();
  const now = useNow();
  const words = [t(`candidates.${reason}`)];
  if (last) words.push(t("candidates.last", { when: whenWords(last, t, locale, now) }));
  return words.join(" · ");
}

/** Who the caller may be, to read before the call is taken; the choice comes with the call. */
export function CandidateList({ candidates }: { candidates: readonly CustomerCandidate[] }) {
  const t = useText();
  if (candidates.length === 0) return null;
  return (
    <section className={css.part} data-testid="candidates">
      <h3>{candidates.length > 1 ? t("candidates.offered_title") : t("candidates.offered_single")}</h3>
      <ul>
        {candidates.map((one) => (
          <Possible key={one.customer_id} candidate={one} />
        ))}
      </ul>
    </section>
  );
}

function Possible({ candidate }: { candidate: CustomerCandidate }) {
  return (
    <li className={css.possible}>
      <Avatar name={candidate.display_name} size="small" />
      <span>
        <b>{candidate.display_name}</b>
        <small>{useReason(candidate)}</small>
      </span>
      <TierBadge tier={candidate.tier} />
    </li>
  );
}
