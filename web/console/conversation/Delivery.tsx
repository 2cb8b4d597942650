import { Check, CheckCheck, CircleAlert, Clock } from "lucide-react";
import type { MessageView } from "../../shared/api/index.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { useServer } from "../store/store.ts";
import { type Text, useText } from "../text.ts";
import css from "./Conversation.module.css";
import { sendReply } from "./outbox.ts";

const ICONS = {
  received: Check,
  pending: Clock,
  queued: Clock,
  sent: Check,
  delivered: CheckCheck,
  read: CheckCheck,
  undelivered: CircleAlert,
  failed: CircleAlert,
} as const;

const REASONS = [
  "unreachable",
  "unknown_number",
  "landline",
  "filtered",
  "opted_out",
  "window_closed",
  "too_long",
  "not_permitted",
  "no_answer",
] as const;

function reasonWords(reason: string | null, t: Text): string {
  return t(`conversation.why.${REASONS.find((one) => one === reason) ?? "other"}`);
}

/** How far a message of ours got; one that did not arrive says why and can be sent again as a new one. */
export function Delivery({ message, contactId }: { message: MessageView; contactId: string }) {
  const t = useText();
  const isMine = useServer((state) => state.contacts.some((one) => one.contact_id === contactId && one.state === "active"));
  const Icon = ICONS[message.status];
  const { status } = message;
  if (status !== "failed" && status !== "undelivered")
    return (
      <p className={status === "read" ? `${css.delivery} ${css.read}` : css.delivery}>
        <Icon size={14} aria-hidden="true" />
        {t(`conversation.status.${status}`)}
      </p>
    );
  return (
    <div className={css.failed}>
      <p>
        <Icon size={14} aria-hidden="true" />
        {t("conversation.not_sent", { reason: reasonWords(message.status_reason, t) })}
      </p>
      {isMine && (
        <Button onPress={() => sendReply(contactId, message.body, new Date().toISOString())} data-testid="send-anew">
          {t("conversation.send_anew")}
        </Button>
      )}
    </div>
  );
}
