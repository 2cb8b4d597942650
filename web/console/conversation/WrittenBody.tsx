import { type ReactNode, useState } from "react";
import { Choice } from "../../shared/ui/Toggle.tsx";
import type { Stage, Subject } from "../contact/subject.ts";
import { useServer } from "../store/store.ts";
import { useText } from "../text.ts";
import { Composer } from "./Composer.tsx";
import { Conversation } from "./Conversation.tsx";
import css from "./WrittenBody.module.css";

type View = "messages" | "history";

interface WrittenBodyProps {
  contact: Subject;
  stage: Stage;
  /** The customer's timeline, as beside a call. */
  history: ReactNode;
}

/** A contact in writing: the conversation, or the customer's history, with the composer below. */
export function WrittenBody({ contact, stage, history }: WrittenBodyProps) {
  const t = useText();
  const [view, setView] = useState<View>("messages");
  const thread = useServer((state) => state.threads[contact.contact_id]);
  const active = useServer((state) =>
    state.contacts.some((one) => one.contact_id === contact.contact_id && one.state === "active"),
  );
  return (
    <>
      <div className={css.views}>
        <Choice<View>
          label={t("conversation.view")}
          labelHidden
          value={view}
          options={[
            { id: "messages", text: t("conversation.messages") },
            { id: "history", text: t("conversation.history") },
          ]}
          choose={setView}
        />
      </div>
      {view === "history" ? history : <Conversation contact={contact} />}
      {stage === "mine" && active && thread && <Composer contactId={contact.contact_id} thread={thread} />}
    </>
  );
}
