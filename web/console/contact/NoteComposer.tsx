import { NotebookPen, SendHorizontal } from "lucide-react";
import { useRef } from "react";
import { Button } from "../../shared/ui/Button.tsx";
import { api } from "../api.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { useText } from "../text.ts";
import { useAction } from "../useAction.ts";
import { draftNote, useDrafts } from "./drafts.ts";
import css from "./NoteComposer.module.css";
import { useSendKey } from "./useSendKey.ts";

/** Writes an internal note. On a call there is nobody to write to, so it is never anything else. */
export function NoteComposer({ contactId }: { contactId: string }) {
  const t = useText();
  return (
    <section className={css.composer} aria-label={t("note.title")}>
      <h2 className={css.tab}>
        <NotebookPen size={14} aria-hidden="true" />
        {t("note.title")}
      </h2>
      <NoteField contactId={contactId} />
    </section>
  );
}

/** The field for a note, and its button. */
export function NoteField({ contactId }: { contactId: string }) {
  const t = useText();
  const body = useDrafts((drafts) => drafts.notes[contactId] ?? "");
  const { run, busy } = useAction();
  const field = useRef<HTMLTextAreaElement>(null);
  /** The same id for the same words, so that a repeated request adds one note. */
  const clientId = useRef({ body: "", id: "" });
  useShortcut("note", () => field.current?.focus());

  const add = async () => {
    const words = body.trim();
    if (!words || busy) return;
    if (clientId.current.body !== words) clientId.current = { body: words, id: crypto.randomUUID() };
    const added = await run(() => api.addNote(contactId, { client_id: clientId.current.id, body: words }));
    if (!added) return;
    clientId.current = { body: "", id: "" };
    draftNote(contactId, "");
  };
  const sendKey = useSendKey(() => void add());
  return (
    <>
      <textarea
        ref={field}
        className={css.field}
        value={body}
        rows={3}
        maxLength={10_000}
        aria-label={t("note.label")}
        placeholder={t("note.placeholder")}
        onChange={(event) => draftNote(contactId, event.target.value)}
        onKeyDown={sendKey.onKeyDown}
        data-testid="note-input"
      />
      <div className={css.foot}>
        <Button
          look="primary"
          onPress={() => void add()}
          isPending={busy}
          isDisabled={!body.trim()}
          shortcut={sendKey.label}
          data-testid="note-add"
        >
          {t("note.add")}
          <SendHorizontal size={14} aria-hidden="true" />
        </Button>
      </div>
    </>
  );
}
