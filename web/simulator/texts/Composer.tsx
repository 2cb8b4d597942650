// The line a customer writes in, with a picture if they like. Enter sends, unless an input method holds the key.
import { ArrowUp, ImagePlus, X } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isImeKey } from "../../shared/ime.ts";
import { IconButton } from "../../shared/ui/Button.tsx";
import { ControlError } from "../call/client.ts";
import speech from "../phone/SpeechField.module.css";
import type { NewFile } from "./client.ts";
import css from "./TextScreen.module.css";

export interface ComposerProps {
  isDisabled: boolean;
  /** Rejects with ControlError when it could not be sent. */
  onSend: (body: string, files: readonly NewFile[]) => Promise<void>;
}

export function Composer({ isDisabled, onSend }: ComposerProps) {
  const { t } = useTranslation("simulator");
  const [words, setWords] = useState("");
  const [file, setFile] = useState<NewFile | null>(null);
  const [problem, setProblem] = useState<ControlError | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const isEmpty = words.trim() === "" && !file;

  async function send(): Promise<void> {
    if (isEmpty || isDisabled) return;
    try {
      await onSend(words.trim(), file ? [file] : []);
      setWords("");
      setFile(null);
      setProblem(null);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      setProblem(error);
    }
  }

  return (
    <div>
      {file && (
        <p className={css.attached}>
          {t("texts.attached")}
          <IconButton label={t("texts.unattach")} onPress={() => setFile(null)}>
            <X size={15} strokeWidth={1.9} aria-hidden="true" />
          </IconButton>
        </p>
      )}
      <div className={speech.row}>
        <input
          className={speech.input}
          aria-label={t("texts.write")}
          placeholder={t("texts.write")}
          value={words}
          maxLength={1600}
          autoComplete="off"
          enterKeyHint="send"
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !isImeKey(event)) void send();
          }}
          data-testid="text-input"
        />
        <input
          ref={chooser}
          type="file"
          accept="image/*"
          hidden
          onChange={(event) => {
            const chosen = event.target.files?.[0];
            event.target.value = "";
            if (chosen) void encoded(chosen).then(setFile);
          }}
          data-testid="text-file"
        />
        <IconButton label={t("texts.attach")} onPress={() => chooser.current?.click()} isDisabled={isDisabled}>
          <ImagePlus size={17} strokeWidth={1.9} aria-hidden="true" />
        </IconButton>
        <IconButton
          label={t("texts.send")}
          look="primary"
          round
          className={speech.send}
          onPress={() => void send()}
          isDisabled={isDisabled || isEmpty}
          data-testid="text-send"
        >
          <ArrowUp size={17} strokeWidth={2.2} aria-hidden="true" />
        </IconButton>
      </div>
      {problem && (
        <p className={speech.failure} role="alert">
          {t(`problem.${problem.kind}`)} {problem.kind === "refused" && problem.message}
        </p>
      )}
    </div>
  );
}

async function encoded(file: File): Promise<NewFile> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return { content_type: file.type || "application/octet-stream", data: btoa(text) };
}
