import { Bold, Code, Heading, Italic, Link, List, ListOrdered, type LucideIcon, Quote, Table } from "lucide-react";
import { type KeyboardEvent, useLayoutEffect, useRef } from "react";
import { Group, Toolbar } from "react-aria-components";
import { isImeKey } from "../../../shared/ime.ts";
import { IconButton } from "../../../shared/ui/Button.tsx";
import { TextArea } from "../../../shared/ui/TextArea.tsx";
import { useKnowledgeText } from "../text.ts";
import css from "./Editor.module.css";
import { type Mark, marked } from "./markdown.ts";

const BUTTONS: readonly { mark: Mark; icon: LucideIcon }[] = [
  { mark: "bold", icon: Bold },
  { mark: "italic", icon: Italic },
  { mark: "heading", icon: Heading },
  { mark: "bullets", icon: List },
  { mark: "numbers", icon: ListOrdered },
  { mark: "quote", icon: Quote },
  { mark: "link", icon: Link },
  { mark: "code", icon: Code },
  { mark: "table", icon: Table },
];
const KEYS: Record<string, Mark> = { b: "bold", i: "italic", k: "link" };

interface MarkdownFieldProps {
  label: string;
  value: string;
  change(text: string): void;
  lang: string;
  error?: string | undefined;
  testId?: string;
}

/** Markdown with its buttons. A plain text field, so that no input method is ever in the way. */
export function MarkdownField({ label, value, change, lang, error, testId }: MarkdownFieldProps) {
  const t = useKnowledgeText();
  const field = useRef<HTMLTextAreaElement>(null);
  const selection = useRef<[number, number] | null>(null);
  useLayoutEffect(() => {
    if (!selection.current || !field.current) return;
    field.current.setSelectionRange(...selection.current);
    selection.current = null;
  });
  const put = (mark: Mark) => {
    if (!field.current) return;
    const { selectionStart, selectionEnd } = field.current;
    const next = marked({ text: value, start: selectionStart, end: selectionEnd }, mark);
    selection.current = [next.start, next.end];
    field.current.focus();
    change(next.text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const mark = KEYS[event.key.toLowerCase()];
    if (!mark || isImeKey(event) || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    put(mark);
  };
  return (
    <Group className={css.markdown} aria-label={label} onKeyDownCapture={onKeyDown}>
      <div className={css.markdownHead}>
        <span aria-hidden="true">{label}</span>
        <Toolbar className={css.toolbar} aria-label={t("markdown.toolbar", { field: label })}>
          {BUTTONS.map(({ mark, icon: Icon }) => (
            <IconButton key={mark} label={t(`markdown.${mark}`)} onPress={() => put(mark)} data-testid={`mark-${mark}`}>
              <Icon size={15} aria-hidden="true" />
            </IconButton>
          ))}
        </Toolbar>
      </div>
      <TextArea label={label} labelHidden rows={9} value={value} onChange={change} lang={lang} error={error} fieldRef={field} testId={testId} />
    </Group>
  );
}
