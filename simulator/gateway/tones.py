"""Tones: the voice of simulated people, and measuring whether one is in a stretch of sound."""

import numpy as np
from numpy.typing import ArrayLike

from simulator.gateway.rtp import FRAME_SAMPLES, SAMPLE_RATE, Samples
from simulator.sounds import AMPLITUDE, pitch


def tone(source: str, number: int) -> Samples:
    """Frame `number` of the endless tone of a speaker (a CallSid)."""
    at = np.arange(number * FRAME_SAMPLES, (number + 1) * FRAME_SAMPLES) / SAMPLE_RATE
    return (AMPLITUDE * np.sin(2 * np.pi * pitch(source) * at)).astype(np.int16)


def amplitude(sound: ArrayLike, hertz: float, rate: float = SAMPLE_RATE) -> float:
    """How strong a pitch is in a sound, in the unit of its samples: one line of its spectrum, which is what Goertzel's
    algorithm computes."""
    samples = np.asarray(sound, np.float64)
    if not len(samples):
        return 0.0
    turning = np.exp(-2j * np.pi * hertz / rate * np.arange(len(samples)))
    return float(2 * abs(np.dot(samples, turning)) / len(samples))
