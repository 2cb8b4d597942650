// Any number, typed; the hint turns into the way out when it is not a full number.
import { useId } from "react";
import { useTranslation } from "react-i18next";
import css from "./TypedCaller.module.css";
import { fillForm, typedNumber, useDialForm } from "./form.ts";

export function TypedCaller() {
  const { t } = useTranslation("simulator");
  const id = useId();
  const typed = useDialForm((form) => form.typed);
  const wrong = typed.trim().length > 5 && typedNumber(typed) === null;
  return (
    <div className={css.field}>
      <label className={css.label} htmlFor={id}>
        {t("dial.typed.label")}
      </label>
      <input
        id={id}
        className={css.input}
        type="tel"
        inputMode="tel"
        autoComplete="off"
        placeholder="+886 912 345 678"
        value={typed}
        aria-invalid={wrong}
        aria-describedby={`${id}-hint`}
        onChange={(event) => fillForm({ typed: event.target.value })}
        data-testid="caller-custom"
      />
      <p id={`${id}-hint`} className={wrong ? css.wrong : css.hint}>
        {t(wrong ? "dial.typed.wrong" : "dial.typed.hint")}
      </p>
    </div>
  );
}
