// What the agent prefers on this computer. Nothing here is the service's business.
import { create } from "zustand";

export interface Preferences {
  shortcuts: boolean;
  /** The `?` key, which has no modifier, can be switched off on its own. */
  shortcutList: boolean;
  /** 0 to 1. */
  ringVolume: number;
  ringWhen: "always" | "hidden";
  /** Enter adds the note (and Shift+Enter breaks the line), or the other way round with Ctrl. */
  enterSends: boolean;
}

const DEFAULTS: Preferences = {
  shortcuts: true,
  shortcutList: true,
  ringVolume: 0.6,
  ringWhen: "always",
  enterSends: true,
};

const KEY = "switchboard.preferences";

function kept(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

export const usePreferences = create<Preferences>(kept);

/** Change and keep some preferences. */
export function prefer(change: Partial<Preferences>): void {
  usePreferences.setState(change);
  localStorage.setItem(KEY, JSON.stringify(usePreferences.getState()));
}
