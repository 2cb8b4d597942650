"""Who hears what, as sound: the pairs of `simulator/hearing.py` applied to samples, twenty milliseconds at a time.

A simulated person speaks an endless tone of the pitch recordings give that person; a browser speaks what its
microphone gives. What simulated people hear of browsers is kept for a few seconds, to be measured.
"""

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from simulator.gateway.rtp import FRAME_SAMPLES, Samples
from simulator.gateway.tones import tone

if TYPE_CHECKING:
    from simulator.network import Simulator

EAR_FRAMES = 150  # 3 s of what somebody heard
LATE_FRAMES = 10  # 200 ms a browser's sound may be ahead of the other's clock


class Mixer:
    """Sound from and to the browsers, by CallSid."""

    def __init__(self, sim: "Simulator") -> None:
        self._sim = sim
        self._browsers: dict[str, dict[str, deque[Samples]]] = {}  # listener -> speaker -> frames to come
        self._ears: dict[str, deque[Samples]] = {}
        self.heard_frames: dict[str, int] = {}  # by CallSid of a simulated person
        self.spoken_frames: dict[str, int] = {}  # by CallSid of a browser

    def join(self, call_sid: str) -> None:
        """A browser's sound is connected."""
        self._browsers[call_sid] = {}

    def leave(self, call_sid: str) -> None:
        """A browser's sound is gone."""
        self._browsers.pop(call_sid, None)

    def spoken(self, speaker: str, frame: Samples) -> None:
        """A browser sent a frame: it goes to whoever hears it now."""
        self.spoken_frames[speaker] = self.spoken_frames.get(speaker, 0) + 1
        for listener, who in self._sim.hearing.now:
            if who != speaker:
                continue
            waiting = self._browsers.get(listener)
            if waiting is not None:
                waiting.setdefault(speaker, deque(maxlen=LATE_FRAMES)).append(frame)
            else:
                self._ears.setdefault(listener, deque(maxlen=EAR_FRAMES)).append(frame)
                self.heard_frames[listener] = self.heard_frames.get(listener, 0) + 1

    def frame_for(self, listener: str, number: int) -> Samples:
        """What a browser hears in its frame `number`: everybody it hears, mixed."""
        mixed = np.zeros(FRAME_SAMPLES, np.int32)
        waiting = self._browsers.get(listener, {})
        for who, speaker in self._sim.hearing.now:
            if who != listener:
                continue
            if speaker not in self._browsers:
                mixed += tone(speaker, number)
            elif waiting.get(speaker):
                frame = waiting[speaker].popleft()[:FRAME_SAMPLES]
                mixed[: len(frame)] += frame
        return np.clip(mixed, -32_768, 32_767).astype(np.int16)

    def heard(self, listener: str) -> Samples:
        """The last seconds of what a simulated person heard of browsers, in the order it came."""
        frames = self._ears.get(listener)
        return np.concatenate(list(frames)) if frames else np.zeros(0, np.int16)

    def forget(self, listener: str) -> None:
        """Listen anew: what was heard before is dropped."""
        self._ears.pop(listener, None)
        self.heard_frames.pop(listener, None)
