// One <audio> element driven by an address that is good for minutes only.
import { useEffect, useRef, useState } from "react";

export interface SoundAddress {
  url: string;
  expires_at: string;
}

export type AddressSource = () => Promise<SoundAddress | null>;

export const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const;

type SoundState = "idle" | "loading" | "playing" | "paused";

/** What a player shows and does. `address` gives null when it told the reason itself. */
export function useSound(address: AddressSource, knownSeconds: number | null) {
  const audio = useRef<HTMLAudioElement>(null);
  const good = useRef<number>(0); // until when the address is good, in milliseconds; 0 = there is none
  const tried = useRef(false);
  const [state, setState] = useState<SoundState>("idle");
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(knownSeconds ?? 0);
  const [speed, setSpeed] = useState(1);
  const [failed, setFailed] = useState(false);

  const start = async (from: number) => {
    const sound = audio.current;
    if (!sound) return;
    setFailed(false);
    if (Date.now() >= good.current) {
      setState("loading");
      const found = await address();
      if (!found) return setState("paused");
      good.current = Date.parse(found.expires_at);
      sound.src = found.url;
      sound.currentTime = from;
    }
    sound.playbackRate = speed;
    await sound.play().catch(() => undefined); // why it does not play comes as the event `error`
  };

  const latest = useRef(start);
  useEffect(() => {
    latest.current = start;
  });

  useEffect(() => {
    const sound = audio.current;
    if (!sound) return;
    const ended = new AbortController();
    const on = (name: string, run: () => void) => sound.addEventListener(name, run, { signal: ended.signal });
    on("timeupdate", () => setAt(sound.currentTime));
    on("durationchange", () => Number.isFinite(sound.duration) && setLength(sound.duration));
    on("playing", () => {
      tried.current = false;
      setState("playing");
    });
    on("pause", () => setState("paused"));
    on("error", () => {
      good.current = 0;
      // Once more with a new address: the old one may have ended with the session or by the clock.
      if (tried.current) {
        setFailed(true);
        setState("paused");
      } else {
        tried.current = true;
        void latest.current(sound.currentTime);
      }
    });
    return () => {
      ended.abort();
      sound.pause();
    };
  }, []);

  return {
    audio,
    state,
    at,
    length,
    speed,
    failed,
    toggle: () => (state === "playing" ? audio.current?.pause() : void start(at)),
    seek: (to: number) => {
      setAt(to);
      if (audio.current) audio.current.currentTime = to;
    },
    changeSpeed: (to: number) => {
      setSpeed(to);
      if (audio.current) audio.current.playbackRate = to;
    },
  };
}
