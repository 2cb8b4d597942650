// What the caller says: typed, or spoken into the microphone where the browser can write it down.
import { ArrowUp, Mic, MicOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isImeKey } from "../../shared/ime.ts";
import { INTL_LOCALES } from "../../shared/i18n/locales.ts";
import { currentLocale } from "../../shared/i18n/setup.ts";
import { IconButton } from "../../shared/ui/Button.tsx";
import { useMicrophone } from "./microphone.ts";
import css from "./SpeechField.module.css";

export interface SpeechFieldProps {
  /** Language spoken on the line, for the microphone; empty while nothing was said. */
  lang: string;
  onSay: (text: string) => Promise<boolean>;
  isDisabled: boolean;
}

export function SpeechField({ lang, onSay, isDisabled }: SpeechFieldProps) {
  const { t } = useTranslation("simulator");
  const [words, setWords] = useState("");

  async function send(text: string): Promise<void> {
    const said = text.trim();
    if (said && (await onSay(said))) setWords("");
  }

  const microphone = useMicrophone(lang || INTL_LOCALES[currentLocale()], (heard, complete) => {
    setWords(heard);
    if (complete) void send(heard);
  });

  return (
    <div className={css.field}>
      <div className={css.row}>
        <input
          className={css.input}
          aria-label={t("speech.label")}
          placeholder={t(microphone.listening ? "speech.listening" : "speech.placeholder")}
          value={words}
          autoComplete="off"
          enterKeyHint="send"
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !isImeKey(event)) void send(words);
          }}
          data-testid="speech-input"
        />
        {microphone.available && (
          <IconButton
            label={t(microphone.listening ? "speech.stop" : "speech.start")}
            className={microphone.listening ? css.live : undefined}
            onPress={microphone.toggle}
            isDisabled={isDisabled}
            data-testid="microphone"
          >
            {microphone.listening ? (
              <MicOff size={17} strokeWidth={1.9} aria-hidden="true" />
            ) : (
              <Mic size={17} strokeWidth={1.9} aria-hidden="true" />
            )}
          </IconButton>
        )}
        <IconButton
          label={t("speech.send")}
          look="primary"
          round
          className={css.send}
          onPress={() => void send(words)}
          isDisabled={isDisabled || words.trim() === ""}
          data-testid="speech-send"
        >
          <ArrowUp size={17} strokeWidth={2.2} aria-hidden="true" />
        </IconButton>
      </div>
      {microphone.failure && (
        <p className={css.failure} role="alert">
          {t(microphone.failure === "not-allowed" ? "speech.not_allowed" : "speech.failed")}
        </p>
      )}
    </div>
  );
}
