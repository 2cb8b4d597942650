import type { ContactView } from "../../shared/api/index.ts";
import { FaqPanel } from "../faq/FaqPanel.tsx";
import { useText } from "../text.ts";
import { WrapUpPanel } from "../wrapup/WrapUpPanel.tsx";
import { CustomerPanel } from "./CustomerPanel.tsx";
import css from "./SidePanel.module.css";

/** At the right: who the customer is and what can be answered; or, after the call, the wrap-up. */
export function SidePanel({ contact, mine }: { contact: ContactView | null; mine: boolean }) {
  const t = useText();
  const wrappingUp = contact !== null && mine && contact.state === "wrap_up";
  return (
    <aside className={css.side} aria-label={wrappingUp ? t("wrap_up.title") : t("side.label")}>
      {wrappingUp ? (
        <WrapUpPanel key={contact.contact_id} contact={contact} />
      ) : (
        <>
          {contact && <CustomerPanel contact={contact} mine={mine} />}
          <FaqPanel key={contact?.contact_id ?? "none"} contact={contact} />
        </>
      )}
    </aside>
  );
}
