import { Check, Search, Timer } from "lucide-react";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import type { ContactView } from "../../shared/api/index.ts";
import { duration } from "../../shared/format.ts";
import { isImeKey } from "../../shared/ime.ts";
import { Button } from "../../shared/ui/Button.tsx";
import { Nothing } from "../../shared/ui/Feedback.tsx";
import { addressWords, labelIn } from "../customer/words.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { useServer } from "../store/store.ts";
import { useLocale, useText } from "../text.ts";
import { findDispositions } from "./dispositions.ts";
import { useWrapUp } from "./useWrapUp.ts";
import css from "./WrapUpPanel.module.css";

/** After the call: what it was about, a note, and back to work. The timeline stays in view. */
export function WrapUpPanel({ contact }: { contact: ContactView }) {
  const t = useText();
  const noteId = useId();
  const wrapUp = useWrapUp(contact);
  const agent = useServer((state) => state.agent);
  const { customer } = contact.screen_pop;
  const who = customer?.display_name ?? addressWords(contact.from_address, contact.channel, t);
  const talked =
    contact.accepted_at && contact.ended_at
      ? (Date.parse(contact.ended_at) - Date.parse(contact.accepted_at)) / 1000
      : null;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || isImeKey(event)) return;
    event.preventDefault();
    void wrapUp.save();
  };
  return (
    <section className={css.panel} aria-label={t("wrap_up.title")} onKeyDown={onKeyDown} data-testid="wrap-up">
      <header className={css.head}>
        <h2>{t("wrap_up.title")}</h2>
        <p>
          {who}
          {talked !== null && <> · {t("wrap_up.talked", { time: duration(talked) })}</>}
        </p>
      </header>
      <div className={css.body}>
        <Codes chosen={wrapUp.draft.dispositions} toggle={wrapUp.toggle} />
        <label htmlFor={noteId}>{t("wrap_up.note")}</label>
        <textarea
          id={noteId}
          className={css.note}
          rows={5}
          maxLength={10_000}
          value={wrapUp.draft.note}
          placeholder={t("wrap_up.note_hint")}
          onChange={(event) => wrapUp.write(event.target.value)}
          data-testid="wrap-up-note"
        />
      </div>
      <footer className={css.foot}>
        {wrapUp.left !== null && (
          <div className={css.time}>
            <Timer size={16} aria-hidden="true" />
            <span role="timer" className={wrapUp.left <= 10 ? css.soon : undefined}>
              {t(agent?.presence === "available" ? "wrap_up.available_in" : "wrap_up.ends_in", {
                time: duration(wrapUp.left),
              })}
            </span>
            <Button look="quiet" onPress={() => void wrapUp.extend()} isPending={wrapUp.extending} data-testid="wrap-up-more">
              {t("wrap_up.more")}
            </Button>
          </div>
        )}
        <Button
          look="primary"
          large
          onPress={() => void wrapUp.save()}
          isPending={wrapUp.saving}
          isDisabled={wrapUp.draft.dispositions.length === 0}
          shortcut="Ctrl Enter"
          className={css.save}
          data-testid="wrap-up-save"
        >
          {t(agent?.presence === "available" ? "wrap_up.save_available" : "wrap_up.save")}
        </Button>
        {wrapUp.draft.dispositions.length === 0 && <p className={css.hint}>{t("wrap_up.choose")}</p>}
      </footer>
    </section>
  );
}

function Codes({ chosen, toggle }: { chosen: readonly string[]; toggle(code: string): void }) {
  const t = useText();
  const locale = useLocale();
  const titleId = useId();
  const options = useServer((state) => state.dispositions);
  const [words, setWords] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useShortcut("wrap_up", () => field.current?.focus());
  const found = findDispositions(options, words);
  const onKeyDown = (event: KeyboardEvent) => {
    const first = found[0];
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || isImeKey(event) || !first || !words) return;
    event.preventDefault();
    toggle(first.code);
    setWords("");
  };
  return (
    <>
      <h3 id={titleId}>{t("wrap_up.reason")}</h3>
      <div className={css.search}>
        <Search size={16} aria-hidden="true" />
        <input
          ref={field}
          type="text"
          value={words}
          aria-label={t("wrap_up.search")}
          placeholder={t("wrap_up.search")}
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={onKeyDown}
          data-testid="disposition-search"
        />
      </div>
      {found.length === 0 && <Nothing>{t("wrap_up.no_code", { words })}</Nothing>}
      <div className={css.codes} role="group" aria-labelledby={titleId}>
        {found.map(({ code, labels }) => (
          <button
            key={code}
            type="button"
            className={css.code}
            aria-pressed={chosen.includes(code)}
            onClick={() => toggle(code)}
            data-testid={`disposition-${code}`}
          >
            {labelIn(labels, locale)}
            {chosen.includes(code) && <Check size={14} aria-hidden="true" />}
          </button>
        ))}
      </div>
    </>
  );
}
