// The sounds of a phone line, made on the spot: key tones (ITU-T Q.23 pairs) and ringing (ITU-T E.180, Taiwan).

export const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;
export type PhoneKey = (typeof KEYS)[number];

const ROWS = [697, 770, 852, 941] as const; // Hz
const COLUMNS = [1209, 1336, 1477] as const; // Hz
const RINGING = [440, 480] as const; // Hz
const RING_ON = 1; // s
const RING_EVERY = 3; // s: 1 s of tone, 2 s of silence
const RINGS_AHEAD = 20; // scheduled at once; nobody lets it ring longer than a minute
const BELL = [1050, 1400] as const; // Hz
const BELL_BURSTS = 8; // in the second it sounds
// A quiet round of broken chords: what the line plays is not fetched here, only shown and hinted at.
const MUSIC = [262, 330, 392, 523, 392, 330, 220, 277, 330, 440, 330, 277, 175, 220, 262, 349, 262, 220, 196, 247, 294, 392, 294, 247];
const NOTE = 0.34; // s
const ROUNDS_AHEAD = 16;
const SOFT = 0.4; // of VOLUME
const KEY_LENGTH = 0.16; // s
const VOLUME = 0.07; // of full scale, each tone of a pair
const FADE = 0.008; // s, avoids clicks

/** The two frequencies of a key, in Hz. */
export function keyFrequencies(key: PhoneKey): readonly [number, number] {
  const index = KEYS.indexOf(key);
  const row = ROWS[Math.floor(index / COLUMNS.length)];
  const column = COLUMNS[index % COLUMNS.length];
  if (row === undefined || column === undefined) throw new RangeError(`not a phone key: ${key}`);
  return [row, column];
}

/** The phone key a keyboard key stands for, if any (main row and number pad). */
export function phoneKey(key: string): PhoneKey | null {
  return KEYS.find((known) => known === key) ?? null;
}

/** Plays tones; does nothing where the browser has no Web Audio or no sound device. */
export class Tones {
  private context: AudioContext | null = null;
  private ringing: GainNode | null = null;

  /** A key's tone. */
  key(key: PhoneKey): void {
    const context = this.ready();
    if (!context) return;
    this.burst(context, context.destination, keyFrequencies(key), context.currentTime, KEY_LENGTH);
  }

  /** Ringing, until `stopRinging`. */
  ring(): void {
    const context = this.ready();
    if (!context || this.ringing) return;
    const out = context.createGain();
    out.connect(context.destination);
    for (let i = 0; i < RINGS_AHEAD; i += 1) {
      this.burst(context, out, RINGING, context.currentTime + i * RING_EVERY, RING_ON);
    }
    this.ringing = out;
  }

  /** The bell of a telephone that is called, until `stopRinging`. */
  bell(): void {
    const context = this.ready();
    if (!context || this.ringing) return;
    const out = this.outlet(context, 1);
    for (let i = 0; i < RINGS_AHEAD; i += 1) {
      for (let j = 0; j < BELL_BURSTS; j += 1) {
        const start = context.currentTime + i * RING_EVERY + j / BELL_BURSTS;
        this.burst(context, out, [BELL[j % 2] ?? BELL[0]], start, 1 / BELL_BURSTS);
      }
    }
  }

  /** Music that stands for what the line plays, until `stopRinging`. */
  music(): void {
    const context = this.ready();
    if (!context || this.ringing) return;
    const out = this.outlet(context, SOFT);
    for (let i = 0; i < ROUNDS_AHEAD * MUSIC.length; i += 1) {
      const note = MUSIC[i % MUSIC.length];
      if (note !== undefined) this.burst(context, out, [note], context.currentTime + i * NOTE, NOTE);
    }
  }

  private outlet(context: AudioContext, volume: number): GainNode {
    const out = context.createGain();
    out.gain.value = volume;
    out.connect(context.destination);
    this.ringing = out;
    return out;
  }

  /** Silence at once. */
  stopRinging(): void {
    this.ringing?.disconnect();
    this.ringing = null;
  }

  /** Gives the sound device back. */
  close(): void {
    this.stopRinging();
    void this.context?.close();
    this.context = null;
  }

  private ready(): AudioContext | null {
    if (typeof AudioContext === "undefined") return null;
    this.context ??= new AudioContext();
    if (this.context.state === "suspended") void this.context.resume();
    return this.context;
  }

  private burst(
    context: AudioContext,
    out: AudioNode,
    frequencies: readonly number[],
    start: number,
    length: number,
  ): void {
    const gain = context.createGain();
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(VOLUME, start + FADE);
    gain.gain.setValueAtTime(VOLUME, start + length - FADE);
    gain.gain.linearRampToValueAtTime(0, start + length);
    gain.connect(out);
    for (const frequency of frequencies) {
      const tone = context.createOscillator();
      tone.frequency.value = frequency;
      tone.connect(gain);
      tone.start(start);
      tone.stop(start + length);
    }
  }
}
