/** @jsxImportSource preact */
// Where the visitor writes. Enter sends, but never while an input method composes.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { isImeKey } from "../../shared/ime.ts";
import { useChat } from "./context.ts";
import { Icon } from "./icons.tsx";

const LONGEST = 4000;

interface ComposerProps {
  placeholder: string;
  value: string;
  onChange: (text: string) => void;
  onSend: (text: string) => void;
  /** May be sent without words, because files go along. */
  hasFiles?: boolean;
  isBusy?: boolean;
  onFiles?: (files: readonly File[]) => void;
  children?: ComponentChildren;
}

export function Composer({
  placeholder,
  value,
  onChange,
  onSend,
  hasFiles = false,
  isBusy = false,
  onFiles,
  children,
}: ComposerProps) {
  const { say } = useChat();
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.rows = 1;
    const line = 20;
    area.rows = Math.min(5, Math.max(1, Math.round((area.scrollHeight - 18) / line)));
  }, [value]);
  const send = () => {
    const words = value.trim();
    if (isBusy || (!words && !hasFiles)) return;
    onChange("");
    onSend(words);
    field.current?.focus();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {children}
      <div class="field">
        <textarea
          ref={field}
          rows={1}
          maxLength={LONGEST}
          value={value}
          placeholder={placeholder}
          aria-label={placeholder}
          enterkeyhint="send"
          onInput={(event) => onChange(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || isImeKey(event)) return;
            event.preventDefault();
            send();
          }}
          onPaste={(event) => {
            const files = [...(event.clipboardData?.files ?? [])];
            if (!onFiles || files.length === 0) return;
            event.preventDefault();
            onFiles(files);
          }}
        />
        <button type="submit" class="send" aria-label={say("send")} disabled={isBusy || (!value.trim() && !hasFiles)}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
