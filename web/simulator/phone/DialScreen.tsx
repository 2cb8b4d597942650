// Before a call: whom to call as (a known customer, any number, or withheld), which number, and the call button.
import { Phone as PhoneIcon } from "lucide-react";
import { useEffect, useId } from "react";
import { Radio, RadioGroup } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button } from "../../shared/ui/Button.tsx";
import { type Directory, knownCallers } from "../call/client.ts";
import type { Phone } from "../call/phone.ts";
import { CallerList } from "./CallerList.tsx";
import css from "./DialScreen.module.css";
import { callerOf, type CallerMode, fillForm, fitted, useDialForm } from "./form.ts";
import { ProblemNote } from "./ProblemNote.tsx";
import { TypedCaller } from "./TypedCaller.tsx";

const MODES: readonly CallerMode[] = ["known", "typed", "withheld"];

export interface DialScreenProps {
  phone: Phone;
  directory: Directory;
  /** The person comes back from a call, whose buttons are gone: the call button takes the focus. */
  takesFocus: boolean;
}

export function DialScreen({ phone, directory, takesFocus }: DialScreenProps) {
  const { t } = useTranslation("simulator");
  const form = useDialForm();
  const from = callerOf(form);

  useEffect(() => fillForm(fitted(useDialForm.getState(), directory)), [directory]);
  useEffect(() => useDialForm.subscribe(() => phone.dismiss()), [phone]);

  return (
    <form
      className={css.screen}
      onSubmit={(event) => {
        event.preventDefault();
        if (from && form.to) void phone.dial(from, form.to);
      }}
    >
      <RadioGroup
        className={css.modes ?? ""}
        aria-label={t("dial.as")}
        value={form.mode}
        onChange={(mode) => fillForm({ mode: mode as CallerMode })}
      >
        {MODES.map((mode) => (
          <Radio key={mode} value={mode} className={css.mode ?? ""} data-testid={`caller-mode-${mode}`}>
            {t(`dial.modes.${mode}`)}
          </Radio>
        ))}
      </RadioGroup>
      <div className={css.who}>
        {form.mode === "known" && <CallerList callers={knownCallers(directory)} />}
        {form.mode === "typed" && <TypedCaller />}
        {form.mode === "withheld" && <Withheld />}
      </div>
      <NumberSelect directory={directory} />
      <ProblemNote phone={phone} />
      <Button type="submit" look="accept" className={css.dial ?? ""} isDisabled={!from || !form.to} autoFocus={takesFocus} data-testid="dial">
        <PhoneIcon size={18} strokeWidth={1.9} aria-hidden="true" />
        {t("dial.call")}
      </Button>
    </form>
  );
}

function Withheld() {
  const { t } = useTranslation("simulator");
  return (
    <div className={css.explain}>
      <p className={css.lead}>{t("dial.withheld.title")}</p>
      <p>{t("dial.withheld.text")}</p>
    </div>
  );
}

function NumberSelect({ directory }: { directory: Directory }) {
  const { t } = useTranslation("simulator");
  const id = useId();
  const to = useDialForm((form) => form.to);
  return (
    <div className={css.field}>
      <label className={css.label} htmlFor={id}>
        {t("dial.to")}
      </label>
      <select
        id={id}
        className={css.select}
        value={to ?? ""}
        onChange={(event) => fillForm({ to: event.target.value })}
        data-testid="number-select"
      >
        {directory.numbers.map(({ number, label }) => (
          <option key={number} value={number}>
            {`${label}  ${number}`}
          </option>
        ))}
      </select>
    </div>
  );
}
