import { Bot, NotebookPen } from "lucide-react";
import type { MessageView, NoteView } from "../../shared/api/index.ts";
import { clock, daysAgo, longDate } from "../../shared/format.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { problemWords } from "../problems.ts";
import { useNow } from "../store/now.ts";
import { useLocale, useText } from "../text.ts";
import { Attachments } from "./Attachments.tsx";
import css from "./Conversation.module.css";
import { Delivery } from "./Delivery.tsx";
import type { Entry } from "./entries.ts";
import { discard, type Outgoing, sendAgain } from "./outbox.ts";
import { draftReply, useDrafts } from "../contact/drafts.ts";

interface MessageListProps {
  entries: readonly Entry[];
  contactId: string;
  /** The customer's language, for glyph forms of what they wrote. */
  lang?: string;
}

/** The entries with a heading for each day. */
export function MessageList({ entries, contactId, lang }: MessageListProps) {
  const locale = useLocale();
  const now = useNow();
  return (
    <ol className={css.list}>
      {entries.map((entry, at) => {
        const day = new Date(entry.at).toDateString();
        const before = entries[at - 1];
        const isNewDay = !before || new Date(before.at).toDateString() !== day;
        return (
          <li key={entry.id} className={css.entry}>
            {isNewDay && daysAgo(entry.at, now) > 0 && <p className={css.day}>{longDate(entry.at, locale, now)}</p>}
            {entry.kind === "message" && <Message message={entry.message} contactId={contactId} lang={lang} />}
            {entry.kind === "note" && <Note note={entry.note} />}
            {entry.kind === "outgoing" && <OnItsWay outgoing={entry.outgoing} />}
          </li>
        );
      })}
    </ol>
  );
}

function Message({ message, contactId, lang }: { message: MessageView; contactId: string; lang?: string }) {
  const t = useText();
  const locale = useLocale();
  const { sender } = message;
  const who =
    sender === "customer" ? t("conversation.customer") : sender === "system" ? t("conversation.machine") : message.agent_name;
  return (
    <article className={css.message} data-sender={sender} data-testid="message" data-status={message.status}>
      <header>
        {sender === "system" && <Bot size={14} aria-hidden="true" />}
        <b>{who}</b>
        <time dateTime={message.at}>{clock(message.at, locale)}</time>
      </header>
      {message.body && (
        <p className={css.bubble} lang={sender === "customer" ? lang : undefined}>
          {message.body}
        </p>
      )}
      <Attachments files={message.attachments} />
      {message.direction === "outbound" && <Delivery message={message} contactId={contactId} />}
    </article>
  );
}

function Note({ note }: { note: NoteView }) {
  const t = useText();
  const locale = useLocale();
  return (
    <article className={css.note} data-testid="note">
      <header>
        <NotebookPen size={14} aria-hidden="true" />
        <b>{t("log.note.added", { agent: note.agent_name })}</b>
        <time dateTime={note.at}>{clock(note.at, locale)}</time>
      </header>
      <p>{note.body}</p>
    </article>
  );
}

/** Sent by the agent and not confirmed: on its way, or not arrived and kept for another try. */
function OnItsWay({ outgoing }: { outgoing: Outgoing }) {
  const t = useText();
  const locale = useLocale();
  const hasFailed = outgoing.state === "failed";
  const takeBack = () => {
    discard(outgoing.clientId);
    const draft = useDrafts.getState().replies[outgoing.contactId]?.trim();
    draftReply(outgoing.contactId, draft ? `${outgoing.body}\n${draft}` : outgoing.body);
  };
  return (
    <article className={css.message} data-sender="agent" data-testid="outgoing" data-state={outgoing.state}>
      <header>
        <time dateTime={outgoing.at}>{clock(outgoing.at, locale)}</time>
      </header>
      <p className={css.bubble}>{outgoing.body}</p>
      {hasFailed ? (
        <div className={css.failed} role="alert">
          <p>{t("conversation.not_sent", { reason: problemWords(outgoing.error, t) })}</p>
          <Button onPress={() => sendAgain(outgoing)} data-testid="send-again">
            {t("retry")}
          </Button>
          <Button look="quiet" onPress={takeBack} data-testid="take-back">
            {t("conversation.take_back")}
          </Button>
        </div>
      ) : (
        <p className={css.delivery}>{t("conversation.status.pending")}</p>
      )}
    </article>
  );
}
