// The sound of a new message: two short tones, made here, so that nothing has to be loaded.

const TONES_HZ = [660, 880];
const TONE_S = 0.12;

/** Sound it. Browsers that allow no sound yet stay silent. */
export function beep(): void {
  try {
    const audio = new AudioContext();
    const gain = audio.createGain();
    gain.gain.value = 0.08;
    gain.connect(audio.destination);
    TONES_HZ.forEach((frequency, at) => {
      const tone = audio.createOscillator();
      tone.frequency.value = frequency;
      tone.connect(gain);
      tone.start(audio.currentTime + at * TONE_S);
      tone.stop(audio.currentTime + (at + 1) * TONE_S);
    });
    setTimeout(() => void audio.close(), 1000);
  } catch {
    // no sound here
  }
}
