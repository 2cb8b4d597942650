import { Hourglass, MessageSquareReply } from "lucide-react";
import { duration } from "../../shared/format.ts";
import { useElapsed } from "../store/now.ts";
import { useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import { unreadOf, useSeen } from "./seen.ts";
import css from "./WrittenBody.module.css";

/** What was written last, and how many messages the agent has not seen. */
export function LastWords({ contactId, fallback }: { contactId: string; fallback: string | null }) {
  const t = useText();
  const thread = useServer((state) => state.threads[contactId]);
  const seen = useSeen((all) => all[contactId]);
  const unread = unreadOf(thread, seen);
  const last = thread?.messages.at(-1)?.body;
  return (
    <p>
      <span className={css.words}>{last || fallback}</span>
      {unread > 0 && (
        <span className={css.unread} data-testid="unread">
          <span aria-hidden="true">{unread}</span>
          <span className="visually-hidden">{t("conversation.unread", { count: unread })}</span>
        </span>
      )}
    </p>
  );
}

/** Whose turn it is, and for how long the customer has waited for an answer. */
export function WrittenLine({ contactId }: { contactId: string }) {
  const t = useText();
  const messages = useServer((state) => state.threads[contactId]?.messages);
  const answered = messages?.findLastIndex((one) => one.sender === "agent") ?? -1;
  const waitsSince = messages?.slice(answered + 1).find((one) => one.direction === "inbound")?.at;
  const waited = useElapsed(waitsSince);
  return (
    <p className={waitsSince ? css.waits : undefined}>
      {waitsSince ? <MessageSquareReply size={14} aria-hidden="true" /> : <Hourglass size={14} aria-hidden="true" />}
      {waitsSince ? t("conversation.your_turn", { time: duration(waited) }) : t("conversation.their_turn")}
    </p>
  );
}
