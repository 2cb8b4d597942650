import { Delete, Grid3x3, Phone } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { Input, Label, TextField } from "react-aria-components";
import { Button, IconButton } from "../../shared/ui/Button.tsx";
import { Failure } from "../../shared/ui/Feedback.tsx";
import { Window } from "../../shared/ui/Window.tsx";
import { keyOf } from "../shortcuts/keys.ts";
import { useShortcut } from "../shortcuts/useShortcut.ts";
import { useText } from "../text.ts";
import css from "./DialPad.module.css";
import { KeyGrid } from "./KeyGrid.tsx";
import { dialProblemWords } from "./refusals.ts";
import { useDial, useMayDial } from "./useDial.ts";

/** Opens the dial pad; with the key of the keypad too. */
export function DialPad() {
  const t = useText();
  const mayDial = useMayDial();
  const [open, setOpen] = useState(false);
  useShortcut("keypad", () => setOpen(true), mayDial);
  if (!mayDial) return null;
  return (
    <>
      <Button look="quiet" round className={css.opener} onPress={() => setOpen(true)} data-testid="open-dial-pad">
        <Grid3x3 size={16} aria-hidden="true" />
        {t("dial.dial")}
      </Button>
      <Window
        title={t("dial.title")}
        closeLabel={t("close")}
        isOpen={open}
        close={() => setOpen(false)}
        testId="dial-pad"
        narrow
      >
        <Pad done={() => setOpen(false)} />
      </Window>
    </>
  );
}

/** Telephone signs only, so that a slip of the paste is seen before anybody is rung. */
const NUMBER = /^\+?[\d\s().-]{3,30}$/;

function Pad({ done }: { done: () => void }) {
  const t = useText();
  const [number, setNumber] = useState("");
  const [isOdd, setOdd] = useState(false);
  const { dial, busy, error, forget } = useDial();
  const field = useRef<HTMLInputElement>(null);
  const change = (text: string) => {
    setNumber(text);
    setOdd(false);
    if (error !== null) forget();
  };
  const call = async (event: FormEvent) => {
    event.preventDefault();
    if (!NUMBER.test(number.trim())) return setOdd(true);
    if (await dial({ number: number.trim() })) done();
  };
  const refusal = isOdd ? t("dial.refused.not_a_number") : error === null ? null : dialProblemWords(error, t);
  return (
    <form className={css.pad} onSubmit={(event) => void call(event)}>
      <TextField
        className={css.number ?? ""}
        type="tel"
        value={number}
        onChange={change}
        isInvalid={refusal !== null}
        autoFocus
      >
        <Label className="visually-hidden">{t("dial.number")}</Label>
        <Input ref={field} autoComplete="off" placeholder="+886 2 5550 0100" data-testid="dial-number" />
        <IconButton
          label={t("dial.erase")}
          isDisabled={!number}
          onPress={() => {
            change(number.slice(0, -1));
            field.current?.focus();
          }}
        >
          <Delete size={16} />
        </IconButton>
      </TextField>
      {refusal && (
        <div data-testid="dial-refused">
          <Failure>{refusal}</Failure>
        </div>
      )}
      <KeyGrid press={(key) => change(number + key)} />
      <Button type="submit" look="accept" large isPending={busy} isDisabled={!number.trim()} data-testid="dial-call">
        <Phone size={16} aria-hidden="true" />
        {t("dial.call")}
      </Button>
      <p className={css.hint}>{t("dial.hint", { key: keyOf("keypad") })}</p>
    </form>
  );
}
