import { CircleCheck } from "lucide-react";
import { Button } from "../../shared/ui/Button.tsx";
import { api } from "../api.ts";
import { GoOn } from "../call/GoOn.tsx";
import { keyOf } from "../shortcuts/keys.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { receiveContact, useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import css from "./WrittenActions.module.css";

/** What ends a conversation: passing it on, or the agent saying that it is over, after which it is wrapped up. */
export function WrittenActions({ contactId }: { contactId: string }) {
  const t = useText();
  const { run, busy } = useAction();
  const active = useServer((state) => state.contacts.some((one) => one.contact_id === contactId && one.state === "active"));
  const end = async () => {
    const changed = await run(() => api.control(contactId, "hang-up"));
    if (changed) receiveContact(changed);
  };
  useShortcut("wrap_up", () => void end(), active && !busy);
  if (!active) return null;
  return (
    <div className={css.actions}>
      <GoOn contactId={contactId} isWritten />
      <Button look="primary" isPending={busy} onPress={() => void end()} shortcut={keyOf("wrap_up")} data-testid="written-end">
        <CircleCheck size={16} aria-hidden="true" />
        {t("conversation.end")}
      </Button>
    </div>
  );
}
