import type { ContactView } from "../../shared/api/index.ts";
import type { Stage, Subject } from "../contact/subject.ts";
import { FaqPanel } from "../faq/FaqPanel.tsx";
import { liveOffers } from "../offer/offers.ts";
import { useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import { WrapUpPanel } from "../wrapup/WrapUpPanel.tsx";
import { CustomerPanel } from "./CustomerPanel.tsx";
import css from "./SidePanel.module.css";

interface SidePanelProps {
  contact: Subject | null;
  stage: Stage;
  /** The contact itself, once there is one; an offered one has no answers and no wrap-up yet. */
  live: ContactView | null;
}

/** At the right: who the customer is and what can be answered; or, after the call, the wrap-up. */
export function SidePanel({ contact, stage, live }: SidePanelProps) {
  const t = useText();
  const offers = liveOffers(useServer((state) => state.offers));
  const wrappingUp = live !== null && stage === "mine" && live.state === "wrap_up";
  const offered = contact !== null && stage === "offered";
  return (
    <aside
      className={offered ? `${css.side} ${css.offered}` : css.side}
      aria-label={wrappingUp ? t("wrap_up.title") : t("side.label")}
    >
      {wrappingUp ? (
        <WrapUpPanel key={live.contact_id} contact={live} />
      ) : (
        <>
          {contact && <CustomerPanel contact={contact} stage={stage} named={!offered || offers.length > 1} />}
          <FaqPanel key={live?.contact_id ?? "none"} contact={live} />
        </>
      )}
    </aside>
  );
}
