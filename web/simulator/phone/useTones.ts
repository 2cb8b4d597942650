// The phone's sounds for a component: silent while sound is off, and gone with the component.
import { useEffect, useMemo } from "react";
import { useSettings } from "../call/settings.ts";
import { type PhoneKey, Tones } from "./tones.ts";

export interface PhoneTones {
  key(key: PhoneKey): void;
  ring(): void;
  stopRinging(): void;
  /** The bell of a telephone that is called. */
  bell(): void;
  stopBell(): void;
  /** Something to stand for the music the line plays. */
  music(): void;
  stopMusic(): void;
}

export function useTones(): PhoneTones {
  const on = useSettings((settings) => settings.sound);
  const tones = useMemo(() => new Tones(), []);

  useEffect(() => () => tones.close(), [tones]);

  return useMemo(
    () => ({
      key: (key) => on && tones.key(key),
      ring: () => on && tones.ring(),
      stopRinging: () => tones.stopRinging(),
      bell: () => on && tones.bell(),
      stopBell: () => tones.stopRinging(),
      music: () => on && tones.music(),
      stopMusic: () => tones.stopRinging(),
    }),
    [tones, on],
  );
}
