import { Rocket, Save } from "lucide-react";
import { useState } from "react";
import { Button } from "../../shared/ui/Button.tsx";
import { TextArea } from "../../shared/ui/TextArea.tsx";
import { Window, WindowAnswers } from "../../shared/ui/Window.tsx";
import { useMe } from "../session/session.ts";
import { notify } from "../store/notices.ts";
import { useText } from "../text.ts";
import css from "./Flows.module.css";
import { useFlowText } from "./text.ts";
import type { FlowEditing } from "./useFlow.ts";

/** Save the draft; publish it with a note. */
export function FlowActions({ editing }: { editing: FlowEditing }) {
  const t = useFlowText();
  const { permissions } = useMe();
  const [isOpen, setOpen] = useState(false);
  const errors = editing.problems.filter(({ severity }) => severity === "error").length;
  const isPublished = !editing.isChanged && !editing.view.is_changed && editing.view.published_version !== null;
  return (
    <div className={css.actions}>
      {permissions.includes("flows.edit") && (
        <Button onPress={() => void editing.save()} isDisabled={!editing.isChanged} isPending={editing.isBusy} shortcut="Ctrl S" data-testid="save-flow">
          <Save size={16} aria-hidden="true" />
          {t("save")}
        </Button>
      )}
      {permissions.includes("flows.publish") && (
        <Button look="primary" isDisabled={errors > 0 || isPublished} isPending={editing.isBusy} onPress={() => setOpen(true)} data-testid="publish-flow">
          <Rocket size={16} aria-hidden="true" />
          {t("publish")}
        </Button>
      )}
      <PublishWindow isOpen={isOpen} close={() => setOpen(false)} editing={editing} />
    </div>
  );
}

function PublishWindow({ isOpen, close, editing }: { isOpen: boolean; close(): void; editing: FlowEditing }) {
  const t = useFlowText();
  const words = useText();
  const [why, setWhy] = useState("");
  const publish = async () => {
    const done = await editing.publish(why);
    if (!done) return;
    notify(t("now_published", { version: done.published_version ?? 0 }));
    setWhy("");
    close();
  };
  return (
    <Window title={t("publish_title")} closeLabel={words("close")} isOpen={isOpen} close={close} testId="publish-window">
      <p>{t("publish_text", { count: editing.view.used_by })}</p>
      <TextArea label={t("why")} hint={t("why_hint")} rows={2} maxLength={500} value={why} onChange={setWhy} testId="why" />
      <WindowAnswers>
        <Button onPress={close}>{t("cancel")}</Button>
        <Button look="primary" isPending={editing.isBusy} onPress={() => void publish()} data-testid="publish-now">
          {t("publish")}
        </Button>
      </WindowAnswers>
    </Window>
  );
}
