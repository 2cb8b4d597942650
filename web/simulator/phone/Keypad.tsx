// Twelve keys, by pointer, by Tab and Enter, and by 0-9 * # of the keyboard.
import { useEffect, useRef, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { isImeKey } from "../../shared/ime.ts";
import { useSettings } from "../call/settings.ts";
import css from "./Keypad.module.css";
import { KEYS, type PhoneKey, phoneKey } from "./tones.ts";

const LETTERS: Readonly<Partial<Record<PhoneKey, string>>> = {
  "2": "ABC",
  "3": "DEF",
  "4": "GHI",
  "5": "JKL",
  "6": "MNO",
  "7": "PQRS",
  "8": "TUV",
  "9": "WXYZ",
};

const NAMES: Readonly<Partial<Record<PhoneKey, "star" | "hash">>> = { "*": "star", "#": "hash" };
const FLASH = 140; // ms a key looks pressed when it came from the keyboard

export function Keypad({ onKey }: { onKey: (key: PhoneKey) => void }) {
  const { t } = useTranslation("simulator");
  const lit = useKeyboardKeys(onKey);
  return (
    <div className={css.pad} role="group" aria-label={t("keypad.label")}>
      {KEYS.map((key) => {
        const name = NAMES[key];
        return (
          <Button
            key={key}
            className={css.key ?? ""}
            aria-label={name && t(`keypad.${name}`)}
            onPress={() => onKey(key)}
            data-lit={lit === key || undefined}
            data-testid={`key-${name ?? key}`}
          >
            <span className={css.digit}>{key}</span> <span className={css.letters}>{LETTERS[key]}</span>
          </Button>
        );
      })}
    </div>
  );
}

/** Presses keys for the keyboard, outside text fields; returns the key to show as pressed. */
function useKeyboardKeys(onKey: (key: PhoneKey) => void): PhoneKey | null {
  const on = useSettings((settings) => settings.keyboard);
  const [lit, setLit] = useState<PhoneKey | null>(null);
  const press = useRef(onKey);
  press.current = onKey;

  useEffect(() => {
    if (!on) return;
    const listen = (event: KeyboardEvent) => {
      const key = phoneKey(event.key);
      if (!key || event.repeat || event.ctrlKey || event.metaKey || event.altKey || isImeKey(event)) return;
      if (event.target instanceof Element && event.target.closest("input, textarea, select, [role=menu]")) return;
      event.preventDefault();
      setLit(key);
      press.current(key);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [on]);

  useEffect(() => {
    if (lit === null) return;
    const timer = setTimeout(() => setLit(null), FLASH);
    return () => clearTimeout(timer);
  }, [lit]);

  return lit;
}
