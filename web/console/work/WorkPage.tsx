import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { Skeleton } from "../../shared/ui/Feedback.tsx";
import { ContactPage } from "../contact/ContactPage.tsx";
import { offeredSubject } from "../contact/subject.ts";
import { useShownContact } from "../contact/useShownContact.ts";
import { SidePanel } from "../customer/SidePanel.tsx";
import { useComingOffer } from "../offer/useComingOffer.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import { EmptyPage } from "./EmptyPage.tsx";
import { nextShown } from "./selection.ts";
import { WorkList } from "./WorkList.tsx";
import css from "./WorkPage.module.css";

/** The agent's contacts, the one on screen, and its customer. */
export function WorkPage({ id }: { id: string | null }) {
  const t = useText();
  const loaded = useServer((state) => state.agent !== null);
  const first = useServer((state) => state.contacts[0]?.contact_id ?? null);
  // Before the address follows, so that a page shown for an offer stays as it is when the offer is accepted.
  const shownId = id ?? first;
  const shown = useShownContact(shownId);
  const offer = useComingOffer();
  const contact = shown.contact ?? (offer && offeredSubject(offer));
  const stage = shown.contact ? (shown.mine ? "mine" : "finished") : "offered";
  useFollowWork(id);
  return (
    <>
      <WorkList shown={shownId} />
      <main id="main" className={css.main} tabIndex={-1} data-testid={offer ? "screen-pop" : undefined}>
        {!loaded || shown.status === "loading" ? (
          <Skeleton lines={6} label={t("loading")} />
        ) : contact ? (
          <ContactPage
            key={contact.contact_id}
            contact={contact}
            stage={stage}
            offer={stage === "offered" ? offer : null}
          />
        ) : (
          <EmptyPage failed={shown.status === "failed"} retry={shown.retry} />
        )}
      </main>
      <SidePanel contact={contact} stage={stage} live={shown.contact} />
    </>
  );
}

/** Move to work that begins, away from work that ends, and along the list by keyboard. */
function useFollowWork(id: string | null): void {
  const [, navigate] = useLocation();
  const contacts = useServer((state) => state.contacts);
  const before = useRef<typeof contacts>([]);
  useEffect(() => {
    const next = nextShown(id, before.current, contacts);
    const gone = id !== null && before.current.some((c) => c.contact_id === id) && contacts.length === 0;
    before.current = contacts;
    if (next && next !== id) navigate(`/contacts/${next}`);
    else if (gone) navigate("/");
  }, [contacts, id, navigate]);

  const step = (by: number) => {
    const at = contacts.findIndex((contact) => contact.contact_id === id);
    const next = contacts.at((at + by) % Math.max(1, contacts.length));
    if (next) navigate(`/contacts/${next.contact_id}`);
  };
  useShortcut("previous", () => step(-1));
  useShortcut("next", () => step(1));
  useShortcut("wrap_up", () => {
    const waiting = contacts.find((contact) => contact.state === "wrap_up");
    if (waiting) navigate(`/contacts/${waiting.contact_id}`);
  });
}
