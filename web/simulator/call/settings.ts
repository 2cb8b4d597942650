// How this browser's phone behaves; kept per browser.
import { create } from "zustand";

export interface Settings {
  /** Key tones and ringing. */
  readonly sound: boolean;
  /** Captions are also spoken by the browser's own voice. */
  readonly aloud: boolean;
  /** 0-9 * # on the keyboard press the phone's keys (can be switched off: WCAG 2.1.4). */
  readonly keyboard: boolean;
}

const KEY = "switchboard.simulator.settings";
const DEFAULTS: Settings = { sound: true, aloud: false, keyboard: true };

function kept(): Settings {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Settings>) };
  } catch {
    return DEFAULTS;
  }
}

export const useSettings = create<Settings>(kept);

/** Turn one setting on or off, from now on. */
export function toggleSetting(name: keyof Settings): void {
  useSettings.setState((before) => ({ ...before, [name]: !before[name] }));
  localStorage.setItem(KEY, JSON.stringify(useSettings.getState()));
}
