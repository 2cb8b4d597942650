import { Award, Crown, Languages, Medal } from "lucide-react";
import type { CustomerCard, ScreenPop } from "../../shared/api/index.ts";
import { LOCALE_NAMES } from "../../shared/i18n/locales.ts";
import { useText } from "../text.ts";
import css from "./Badges.module.css";

const TIER_ICONS = { standard: null, silver: Award, gold: Medal, vip: Crown };

export type Tier = CustomerCard["tier"];
const isTier = (tier: string): tier is Tier => tier in TIER_ICONS;

/** How much of a regular the customer is; each tier by its word and, above the first, its own picture. */
export function TierBadge({ tier }: { tier: string }) {
  const t = useText();
  if (!isTier(tier)) return <span className={css.badge}>{tier}</span>;
  const Icon = TIER_ICONS[tier];
  return (
    <span className={`${css.badge} ${css[tier]}`}>
      {Icon && <Icon size={12} aria-hidden="true" />}
      {t(`tier.${tier}`)}
    </span>
  );
}

interface LanguageBadgeProps {
  customer: CustomerCard | null;
  /** The language of the call so far. */
  spoken: ScreenPop["language"];
}

/** The language to greet the customer in, and the one of the call where that is another. */
export function LanguageBadge({ customer, spoken }: LanguageBadgeProps) {
  const t = useText();
  const usual = customer?.language ?? spoken;
  return (
    <>
      <span className={css.badge} lang={usual}>
        <Languages size={12} aria-hidden="true" />
        {LOCALE_NAMES[usual]}
      </span>
      {usual !== spoken && (
        <span className={css.badge}>{t("customer.spoken", { language: LOCALE_NAMES[spoken] })}</span>
      )}
    </>
  );
}
