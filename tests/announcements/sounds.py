"""Sounds of every kind for the tests, made when they are needed."""

import io
from typing import Any

import numpy as np
import soundfile


def tone(seconds: float = 1.0, *, rate: int = 44_100, channels: int = 2, loudness: float = 0.5) -> Any:
    """A tone of 440 Hz; shape (frames, channels)."""
    wave = loudness * np.sin(2 * np.pi * 440 * np.arange(int(rate * seconds)) / rate)
    return np.repeat(wave.astype(np.float32)[:, None], channels, axis=1)


def encoded(kind: str = "WAV", subtype: str = "PCM_16", *, rate: int = 44_100, **about: Any) -> bytes:
    """A tone as a file of this kind."""
    file = io.BytesIO()
    soundfile.write(file, tone(rate=rate, **about), rate, format=kind, subtype=subtype)
    return file.getvalue()
