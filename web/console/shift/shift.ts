// A shift in this tab: it starts with the checks of the start panel and survives a reload of the page.
import { create } from "zustand";

const KEY = "switchboard.shift";

export const useShift = create<{ started: boolean }>(() => ({ started: sessionStorage.getItem(KEY) === "1" }));

let microphone: MediaStream | null = null;

/** Begin the shift. The microphone stays open until its end: a browser does not put such a tab to sleep. */
export function beginShift(stream: MediaStream | null): void {
  microphone = stream;
  sessionStorage.setItem(KEY, "1");
  useShift.setState({ started: true });
}

/** End the shift and let go of the microphone. */
export function endShift(): void {
  for (const track of microphone?.getTracks() ?? []) track.stop();
  microphone = null;
  sessionStorage.removeItem(KEY);
  useShift.setState({ started: false });
}
