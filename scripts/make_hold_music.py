"""Synthesises the hold music (`app/web/media/hold-music.wav`): 16 s of plucked chords, 8 kHz mono, that loop.

Run it again after a change; the result is committed, since callers need it before anything is built.
"""

import math
import struct
import wave
from pathlib import Path

RATE = 8000  # Hz: what a telephone carries
BEAT = 0.5  # seconds
CHORDS = (
    ("C4", "E4", "G4", "B4"),
    ("A3", "C4", "E4", "G4"),
    ("F3", "A3", "C4", "E4"),
    ("G3", "B3", "D4", "F4"),
)
OUT = Path(__file__).resolve().parents[1] / "app" / "web" / "media" / "hold-music.wav"
_STEPS = {"C": -9, "D": -7, "E": -5, "F": -4, "G": -2, "A": 0, "B": 2}


def frequency(name: str) -> float:
    """Equal temperament, A4 = 440 Hz."""
    return 440.0 * 2 ** ((_STEPS[name[0]] + 12 * (int(name[1]) - 4)) / 12)


def pluck(samples: list[float], start: float, pitch: float, loudness: float) -> None:
    """Add a soft, decaying tone; it wraps round the end, so that the loop has no seam."""
    first = int(start * RATE)
    for n in range(int(2.5 * RATE)):
        t = n / RATE
        envelope = min(t / 0.02, 1.0) * math.exp(-1.8 * t)
        wave_form = math.sin(2 * math.pi * pitch * t) + 0.25 * math.sin(4 * math.pi * pitch * t)
        samples[(first + n) % len(samples)] += loudness * envelope * wave_form


def main() -> None:
    """Write the file."""
    samples = [0.0] * int(16 * RATE)
    for bar in range(4):
        for beat in range(8):
            chord = CHORDS[bar]
            note = chord[(0, 1, 2, 3, 2, 1, 3, 2)[beat]]
            pluck(samples, bar * 4 + beat * BEAT, frequency(note), 0.30)
        pluck(samples, bar * 4, frequency(CHORDS[bar][0]) / 2, 0.35)
    peak = max(abs(s) for s in samples)
    with wave.open(str(OUT), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(struct.pack("<h", int(s / peak * 12000)) for s in samples))


if __name__ == "__main__":
    main()
