import { type UIEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Button } from "../../shared/ui/Button.tsx";
import { Failure, Nothing, Skeleton } from "../../shared/ui/Feedback.tsx";
import type { Subject } from "../contact/subject.ts";
import { useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import { MessageList } from "./MessageList.tsx";
import css from "./Conversation.module.css";
import { entriesOf } from "./entries.ts";
import { useOutbox } from "./outbox.ts";
import { markSeen } from "./seen.ts";
import { useThread } from "./useThread.ts";

/** How near its end counts as reading along, in pixels. */
const NEAR_PX = 60;

/** What was written, oldest first, with the notes of the contact in between. It follows new messages while at its end. */
export function Conversation({ contact }: { contact: Subject }) {
  const t = useText();
  const { thread, failed, retry, loadOlder } = useThread(contact.contact_id);
  const outbox = useOutbox((state) => state.items);
  const { run, busy } = useAction();
  const entries = entriesOf(thread, outbox.filter((one) => one.contactId === contact.contact_id), contact.notes);
  const newest = thread?.messages.at(-1)?.seq ?? 0;
  const scroll = useFollow(entries.length, contact.contact_id, newest);
  return (
    <div className={css.place}>
      <div
        ref={scroll.ref}
        className={css.scroll}
        onScroll={scroll.onScroll}
        tabIndex={0}
        role="log"
        aria-label={t("conversation.log")}
        data-testid="conversation"
      >
        {failed && (
          <Failure retry={retry} retryLabel={t("retry")}>
            {t("conversation.failed")}
          </Failure>
        )}
        {thread?.nextBefore && (
          <Button className={css.older} isPending={busy} onPress={() => void run(loadOlder)} data-testid="older-messages">
            {t("timeline.older")}
          </Button>
        )}
        {(!thread || (thread.isLoading && entries.length === 0)) && !failed && <Skeleton lines={5} label={t("loading")} />}
        {thread && !thread.isLoading && entries.length === 0 && <Nothing>{t("conversation.empty")}</Nothing>}
        <MessageList entries={entries} contactId={contact.contact_id} lang={contact.screen_pop.customer?.language} />
      </div>
      {scroll.isBehind && (
        <Button round look="primary" className={css.newer} onPress={scroll.toEnd} data-testid="to-newest">
          {t("conversation.newer")}
        </Button>
      )}
    </div>
  );
}

function useFollow(count: number, contactId: string, newest: number) {
  const ref = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [isBehind, setBehind] = useState(false);
  const toEnd = () => {
    const place = ref.current;
    if (place) place.scrollTop = place.scrollHeight;
    atEnd.current = true;
    setBehind(false);
  };
  useLayoutEffect(() => {
    if (atEnd.current) toEnd();
    else setBehind(true);
  }, [count, newest]);
  useEffect(() => {
    const look = () => {
      if (!document.hidden && atEnd.current && newest > 0) markSeen(contactId, newest);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [contactId, newest, isBehind]);
  const onScroll = (event: UIEvent<HTMLDivElement>) => {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
    atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (atEnd.current) setBehind(false);
  };
  return { ref, isBehind, toEnd, onScroll };
}
