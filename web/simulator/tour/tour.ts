// Plays a ready-made call on the phone, step by step, waiting for each moment; the person may take over any time.
import { create } from "zustand";
import type { Locale } from "../../shared/i18n/locales.ts";
import { currentPhase, type Phone, type PhoneState } from "../call/phone.ts";
import { callerFor, momentOf, SCENARIOS, type ScenarioId, type Step, wordsOf } from "./scenarios.ts";

export interface TourState {
  readonly scenario: ScenarioId | null;
  /** Index of the step that is due; the number of steps when all are done. */
  readonly at: number;
  readonly state: "running" | "done" | "left";
  /** Indexes of the steps that were not needed. */
  readonly skipped: readonly number[];
}

const BEFORE_ACTING = 2_000; // ms, so that a person can follow
const LISTEN_AGAIN = 500; // ms: the end of a sentence is no journal line, so it has to be asked for
const NONE: TourState = { scenario: null, at: 0, state: "left", skipped: [] };

/** A tour guide for a phone. */
export function createTour(phone: Phone, pause = BEFORE_ACTING) {
  const use = create<TourState>(() => NONE);
  let steps: readonly Step[] = [];
  let language: string | null = null;
  let sinceN = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function stop(state: TourState["state"] = "left"): void {
    clearTimeout(timer);
    timer = undefined;
    if (use.getState().state === "running") use.setState({ state });
  }

  function advance(): void {
    const at = use.getState().at + 1;
    use.setState({ at });
    if (at >= steps.length) stop("done");
    else look(phone.get());
  }

  function look(state: PhoneState): void {
    const step = steps[use.getState().at];
    if (use.getState().state !== "running" || timer !== undefined || !step) return;
    const moment = momentIn(state, step);
    if (moment === "never") stop();
    else if (moment === "now" && "until" in step) advance();
    else if (moment === "skip") skip();
    else if (moment === "speaking") timer = setTimeout(() => void listen(), LISTEN_AGAIN);
    else if (moment !== "later") timer = setTimeout(() => void act(step), pause);
  }

  function skip(): void {
    use.setState(({ at, skipped }) => ({ skipped: [...skipped, at] }));
    advance();
  }

  function momentIn(state: PhoneState, step: Step): ReturnType<typeof momentOf> {
    return momentOf(step, { phase: currentPhase(state), view: state.view, entries: state.entries, sinceN });
  }

  async function listen(): Promise<void> {
    timer = undefined;
    await phone.refresh();
    look(phone.get());
  }

  async function act(step: Step): Promise<void> {
    timer = undefined;
    if (use.getState().state !== "running") return;
    await phone.refresh();
    if (!["now", "answer"].includes(momentIn(phone.get(), step))) return look(phone.get());
    sinceN = phone.get().entries.at(-1)?.n ?? 0;
    if (!(await perform(step))) stop();
    else if ("do" in step) advance();
  }

  async function perform(step: Step): Promise<boolean> {
    if ("until" in step) return phone.press(step.answering ?? "");
    if (step.do === "say") return phone.say(wordsOf(step, language));
    return step.do === "press" && phone.press(step.key);
  }

  async function start(id: ScenarioId, to: string, locale: Locale): Promise<void> {
    const { directory } = phone.get();
    const caller = directory && callerFor(id, directory, locale);
    const scenario = SCENARIOS.find((known) => known.id === id);
    if (!caller?.number || !scenario) return;
    stop();
    steps = scenario.steps;
    language = caller.language ?? locale;
    sinceN = 0;
    use.setState({ scenario: id, at: 0, state: "running", skipped: [] });
    if (await phone.dial(caller.number, to)) advance();
    else stop();
  }

  phone.use.subscribe(look);
  return { use, start, stop: () => stop() };
}

export type Tour = ReturnType<typeof createTour>;
