// The ring tone, made by Web Audio so that no file has to load: two soft notes, twice, then a pause.
// A browser allows sound only after a click or key; `unlockSound` is called from one.

const NOTES_HZ = [659.3, 830.6];
const NOTE_S = 0.18;
const PATTERN_S = [0, 0.2, 0.55, 0.75];
const PERIOD_S = 2.6;

let context: AudioContext | null = null;

function audio(): AudioContext {
  context ??= new AudioContext({ latencyHint: "interactive" });
  return context;
}

/** Make sound possible; resolves to whether it is. Call from a click or key press. */
export async function unlockSound(): Promise<boolean> {
  try {
    const sound = audio();
    if (sound.state !== "running") await Promise.race([sound.resume(), new Promise((done) => setTimeout(done, 800))]);
    return sound.state === "running";
  } catch {
    return false;
  }
}

/** After a reload the page is mute until the agent touches it; any touch will do. Returns what stops waiting. */
export function unlockSoundOnFirstTouch(): () => void {
  const waiting = new AbortController();
  const unlock = () => void unlockSound().then((unlocked) => unlocked && waiting.abort());
  for (const touch of ["pointerdown", "keydown"]) window.addEventListener(touch, unlock, { signal: waiting.signal });
  return () => waiting.abort();
}

/** May the page make sound already? */
export function soundUnlocked(): boolean {
  return context?.state === "running";
}

function note(sound: AudioContext, hz: number, at: number, volume: number): void {
  const gain = sound.createGain();
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(volume * 0.5, at + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0005, at + NOTE_S * 1.8);
  const tone = sound.createOscillator();
  tone.type = "triangle";
  tone.frequency.value = hz;
  tone.connect(gain).connect(sound.destination);
  tone.start(at);
  tone.stop(at + NOTE_S * 2);
}

/** Ring until the returned function is called. `volume` is 0 to 1. */
export function startRinging(volume: number): () => void {
  const sound = audio();
  const once = () =>
    PATTERN_S.forEach((offset, i) => note(sound, NOTES_HZ[i % 2] ?? 440, sound.currentTime + offset, volume));
  once();
  const timer = setInterval(once, PERIOD_S * 1000);
  return () => clearInterval(timer);
}

/** One ring, to try the volume. */
export async function ringOnce(volume: number): Promise<void> {
  if (await unlockSound()) setTimeout(startRinging(volume), (PERIOD_S - 0.2) * 1000);
}
