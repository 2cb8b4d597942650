// What is filled in before a call: who calls and which number. Addresses may preset it: ?from=+886…&to=+886…
import { create } from "zustand";
import { type Directory, knownCallers, WITHHELD } from "../call/client.ts";

export type CallerMode = "known" | "typed" | "withheld";

export interface DialForm {
  readonly mode: CallerMode;
  /** Number of the chosen known caller. */
  readonly known: string | null;
  readonly typed: string;
  readonly to: string | null;
}

const E164 = /^\+[1-9]\d{5,14}$/;
const DECORATION = /[\s().\-‐–]/g;

/** A typed number in E.164 form (full-width digits and separators are fine), or null when it is none. */
export function typedNumber(text: string): string | null {
  const number = text.normalize("NFKC").replace(DECORATION, "").replace(/^00/, "+");
  return E164.test(number) ? number : null;
}

/** The `from` to dial with, or null while the form does not say. */
export function callerOf(form: DialForm): string | null {
  if (form.mode === "withheld") return WITHHELD;
  return form.mode === "known" ? form.known : typedNumber(form.typed);
}

/** The form as an address presets it. */
export function presetForm(query: string): DialForm {
  const params = new URLSearchParams(query.replaceAll("+", "%2B"));
  const from = params.get("from");
  const to = params.get("to");
  const number = from === null ? null : typedNumber(from);
  return {
    mode: from === WITHHELD ? "withheld" : number === null ? "known" : "typed",
    known: null,
    typed: number ?? "",
    to: to === null ? null : typedNumber(to),
  };
}

/** The form made to fit the directory: a preset number that is a known caller is chosen there. */
export function fitted(form: DialForm, directory: Directory): DialForm {
  const known = knownCallers(directory);
  const isKnown = (number: string | null) =>
    number !== null && known.some((caller) => caller.number === number);
  const preset = form.mode === "typed" ? typedNumber(form.typed) : null;
  const first = known[0]?.number ?? null;
  const base: DialForm = isKnown(preset) ? { ...form, mode: "known", known: preset, typed: "" } : form;
  return {
    ...base,
    mode: base.mode === "known" && first === null ? "typed" : base.mode,
    known: isKnown(base.known) ? base.known : first,
    to: directory.numbers.some(({ number }) => number === base.to) ? base.to : (directory.numbers[0]?.number ?? null),
  };
}

export const useDialForm = create<DialForm>(() => presetForm(location.search));

/** Change part of the form. */
export function fillForm(change: Partial<DialForm>): void {
  useDialForm.setState(change);
}
