import { MessageSquareReply, NotebookPen } from "lucide-react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { NoteField } from "../contact/NoteComposer.tsx";
import { useDrafts } from "../contact/drafts.ts";
import { useText } from "../text.ts";
import css from "./Composer.module.css";
import { ReplyField } from "./ReplyField.tsx";
import { useMode } from "./mode.ts";
import type { Thread } from "./thread.ts";

/** Reply or internal note: two drafts that are never one another's, and that look different. */
export function Composer({ contactId, thread }: { contactId: string; thread: Thread }) {
  const t = useText();
  const [mode, chooseMode] = useMode(contactId);
  const hasReply = useDrafts((drafts) => Boolean(drafts.replies[contactId]?.trim()));
  const hasNote = useDrafts((drafts) => Boolean(drafts.notes[contactId]?.trim()));
  return (
    <Tabs
      className={mode === "note" ? `${css.composer} ${css.paper}` : css.composer}
      selectedKey={mode}
      onSelectionChange={(key) => chooseMode(key === "note" ? "note" : "reply")}
      data-testid="composer"
      data-mode={mode}
    >
      <TabList aria-label={t("conversation.write")} className={css.tabs ?? ""}>
        <Tab id="reply" className={css.tab ?? ""} data-testid="mode-reply">
          <MessageSquareReply size={14} aria-hidden="true" />
          {t("conversation.reply")}
          {mode === "note" && hasReply && <small>{t("conversation.draft")}</small>}
        </Tab>
        <Tab id="note" className={css.tab ?? ""} data-testid="mode-note">
          <NotebookPen size={14} aria-hidden="true" />
          {t("note.title")}
          {mode === "reply" && hasNote && <small>{t("conversation.draft")}</small>}
        </Tab>
      </TabList>
      <TabPanel id="reply" className={css.panel ?? ""}>
        <ReplyField contactId={contactId} thread={thread} />
      </TabPanel>
      <TabPanel id="note" className={css.panel ?? ""}>
        <NoteField contactId={contactId} />
      </TabPanel>
    </Tabs>
  );
}
