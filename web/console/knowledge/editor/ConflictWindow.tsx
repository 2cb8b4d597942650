import { useState } from "react";
import { LOCALE_NAMES, isLocale } from "../../../shared/i18n/locales.ts";
import { Button } from "../../../shared/ui/Button.tsx";
import { Window, WindowAnswers } from "../../../shared/ui/Window.tsx";
import { useText } from "../../text.ts";
import { type KnowledgeText, useKnowledgeText } from "../text.ts";
import { valueText } from "../versions/diff.ts";
import css from "./Editor.module.css";
import { type Clash, settled } from "./merge.ts";
import type { Conflict, Editor } from "./useEditor.ts";

const FIELDS = [
  "topic", "audience", "auto_answer", "valid_from", "valid_to", "tags", "owner_id", "review_on",
  "question", "answer", "answer_short", "wordings", "spoken_steps", "category",
] as const; // prettier-ignore

/** The name of a field for people: "Answer (English)". */
export function fieldName(field: string, t: KnowledgeText): string {
  const parts = field.split(".");
  const known = FIELDS.find((one) => one === parts.at(-1));
  const name = known ? t(known === "owner_id" ? "field.owner" : `field.${known}`) : field;
  const language = parts[0] === "contents" && isLocale(parts[1]) ? LOCALE_NAMES[parts[1]] : null;
  return language ? `${name} (${language})` : name;
}

/** Somebody saved meanwhile: what both changed is chosen here, everything else comes together by itself. */
export function ConflictWindow({ editor }: { editor: Editor }) {
  const t = useKnowledgeText();
  const words = useText();
  const [isHidden, setHidden] = useState<Conflict | null>(null);
  const { conflict } = editor;
  if (!conflict) return null;
  return (
    <Window
      title={t("conflict.title")}
      closeLabel={words("close")}
      isOpen={isHidden !== conflict}
      close={() => setHidden(conflict)}
      testId="conflict"
    >
      <Clashes key={conflict.version} editor={editor} conflict={conflict} close={() => setHidden(conflict)} />
    </Window>
  );
}

function Clashes({ editor, conflict, close }: { editor: Editor; conflict: Conflict; close(): void }) {
  const t = useKnowledgeText();
  const [theirs, setTheirs] = useState<ReadonlySet<string>>(new Set());
  const { merge, version } = conflict;
  const choose = (field: string, isTheirs: boolean) => {
    const next = new Set(theirs);
    if (isTheirs) next.add(field);
    else next.delete(field);
    setTheirs(next);
  };
  return (
    <>
      <p>{t("conflict.text", { version })}</p>
      {merge.taken.length > 0 && (
        <p>{t("conflict.taken", { fields: merge.taken.map((field) => fieldName(field, t)).join("、") })}</p>
      )}
      {merge.clashes.map((clash) => (
        <ClashChoice key={clash.field} clash={clash} isTheirs={theirs.has(clash.field)} choose={(is) => choose(clash.field, is)} />
      ))}
      <WindowAnswers>
        <Button onPress={close}>{t("cancel")}</Button>
        <Button look="primary" onPress={() => editor.settle(settled(merge, theirs))} data-testid="settle">
          {t("conflict.settle")}
        </Button>
      </WindowAnswers>
    </>
  );
}

function ClashChoice({ clash, isTheirs, choose }: { clash: Clash; isTheirs: boolean; choose(isTheirs: boolean): void }) {
  const t = useKnowledgeText();
  return (
    <fieldset className={css.clash}>
      <legend>{fieldName(clash.field, t)}</legend>
      {[false, true].map((side) => (
        <label key={String(side)}>
          <span>
            <input type="radio" name={clash.field} checked={isTheirs === side} onChange={() => choose(side)} />{" "}
            <b>{side ? t("conflict.theirs") : t("conflict.mine")}</b>
          </span>
          {valueText(side ? clash.theirs : clash.mine) || t("conflict.empty")}
        </label>
      ))}
    </fieldset>
  );
}
