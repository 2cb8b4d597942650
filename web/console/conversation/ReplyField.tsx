import { SendHorizontal } from "lucide-react";
import { useRef } from "react";
import { duration } from "../../shared/format.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { draftReply, useDrafts } from "../contact/drafts.ts";
import { useSendKey } from "../contact/useSendKey.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { useNow } from "../store/now.ts";
import { useText } from "../text.ts";
import { isWhatsApp } from "./channels.ts";
import css from "./Composer.module.css";
import { sendReply } from "./outbox.ts";
import { segmentsOf } from "./segments.ts";
import { type Thread, windowEnd } from "./thread.ts";

/** The most one message may hold; the service refuses more. */
const LONGEST = 1600;
/** From this much left on the end of the window is told. */
const SOON_MS = 3 * 3_600_000;

/** Writes to the customer. Says beforehand when nothing can be sent, and why. */
export function ReplyField({ contactId, thread }: { contactId: string; thread: Thread }) {
  const t = useText();
  const now = useNow();
  const body = useDrafts((drafts) => drafts.replies[contactId] ?? "");
  const field = useRef<HTMLTextAreaElement>(null);
  useShortcut("note", () => field.current?.focus());
  const end = windowEnd(thread);
  const refusal = thread.isOptedOut ? "opted_out" : end !== null && end <= now ? "window_closed" : null;

  const send = () => {
    const words = body.trim();
    if (!words || refusal || words.length > LONGEST) return;
    sendReply(contactId, words, new Date(now).toISOString());
    draftReply(contactId, "");
  };
  const sendKey = useSendKey(send);
  return (
    <>
      {refusal && (
        <p className={css.refusal} role="status" data-testid="reply-refused">
          {t(`conversation.${refusal}`)}
        </p>
      )}
      <textarea
        ref={field}
        className={css.field}
        value={body}
        rows={3}
        aria-label={t("conversation.reply_label")}
        placeholder={t("conversation.reply_placeholder")}
        onChange={(event) => draftReply(contactId, event.target.value)}
        onKeyDown={sendKey.onKeyDown}
        data-testid="reply-input"
        data-composer="reply"
      />
      <div className={css.foot}>
        <span className={css.count}>
          {end !== null && !refusal && end - now < SOON_MS && (
            <em>{t("conversation.window_left", { time: duration((end - now) / 1000) })}</em>
          )}
          <Length body={body} isSms={thread.address !== null && !isWhatsApp(thread.address)} />
        </span>
        <Button
          look="primary"
          onPress={send}
          isDisabled={!body.trim() || refusal !== null || body.trim().length > LONGEST}
          shortcut={sendKey.label}
          data-testid="reply-send"
        >
          {t("conversation.send")}
          <SendHorizontal size={14} aria-hidden="true" />
        </Button>
      </div>
    </>
  );
}

function Length({ body, isSms }: { body: string; isSms: boolean }) {
  const t = useText();
  const length = body.trim().length;
  if (length > LONGEST) return <em>{t("conversation.too_long", { count: length - LONGEST })}</em>;
  const { count, used } = segmentsOf(body.trim());
  if (!isSms || used === 0) return null;
  return <span data-testid="segments">{t("conversation.segments", { count, used })}</span>;
}
