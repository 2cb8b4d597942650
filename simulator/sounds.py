"""What is said and played, where it lands on a recording, and real audio files made of it.

Nobody's voice is synthesised: each speaker is a tone of its own pitch for as long as the words take, so that a test
can measure who is on which channel and when.
"""

import io
import wave
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import pi, sin
from typing import Any

from simulator.rooms import Conference

PROMPT = "prompt"  # source of what the network itself plays
SAMPLE_RATE = 8_000  # Hz, as telephones have it
AMPLITUDE = 9_000  # of 32767
PROMPT_HZ = 300
LOWEST_HZ, HIGHEST_HZ = 400, 1_400
MP3_FRAME_SECONDS = 1152 / 44_100
# MPEG-1 layer III, 32 kbit/s, 44.1 kHz, mono; side information and main data all zero: a frame of silence.
MP3_SILENT_FRAME = bytes.fromhex("fffb10c4") + bytes(100)


@dataclass(frozen=True, slots=True)
class Sound:
    """Somebody (a CallSid, or PROMPT) is audible to `listeners` (CallSids); `room` = everybody in it hears it."""

    since: float
    until: float
    source: str
    text: str
    listeners: frozenset[str]
    room: Conference | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a recording: seconds from its start, the track (0 = the recorded party, 1 = what it heard)."""

    since: float
    until: float
    track: int
    source: str
    text: str
    at: float  # when it was said, virtual seconds

    def as_json(self) -> dict[str, Any]:
        """As the journal keeps it."""
        return {
            "since": round(self.since, 3),
            "until": round(self.until, 3),
            "track": self.track,
            "source": self.source,
            "text": self.text,
            "at": round(self.at, 3),
        }


def pieces(
    sounds: Sequence[Sound],
    began: float,
    ended: float,
    pauses: Sequence[tuple[float, float]],
    *,
    skips: bool = False,
    trim: bool = False,
    own: str | None = None,
) -> list[Piece]:
    """Sounds cut to the recording and its pauses. `skips`: pauses take no time on it; `trim`: silence at both ends
    is cut off; `own`: the CallSid whose voice is track 0."""
    found: list[Piece] = []
    for sound in sounds:
        for since, until in _without(max(sound.since, began), min(sound.until, ended), pauses):
            cut = sum(min(p[1], since) - p[0] for p in pauses if p[0] < since) if skips else 0.0
            start = since - began - cut
            track = 0 if own is None or sound.source == own else 1
            found.append(Piece(start, start + until - since, track, sound.source, sound.text, since))
    found.sort(key=lambda piece: (piece.since, piece.track))
    if trim and found:
        lead = found[0].since
        found = [Piece(p.since - lead, p.until - lead, p.track, p.source, p.text, p.at) for p in found]
    return found


def _without(since: float, until: float, pauses: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    left = [(since, until)] if until > since else []
    for begin, end in pauses:
        left = [part for a, b in left for part in ((a, min(b, begin)), (max(a, end), b)) if part[1] > part[0]]
    return left


def pitch(source: str) -> int:
    """The tone of a speaker, Hz; the same for the same source, always."""
    if source == PROMPT:
        return PROMPT_HZ
    return LOWEST_HZ + zlib.crc32(source.encode()) % (HIGHEST_HZ - LOWEST_HZ) // 10 * 10


@cache
def _second(hertz: int) -> "array[int]":
    return array("h", (round(AMPLITUDE * sin(2 * pi * hertz * i / SAMPLE_RATE)) for i in range(SAMPLE_RATE)))


def to_wav(found: Sequence[Piece], seconds: float, channels: int) -> bytes:
    """A WAV file (16 bit, 8 kHz): one channel per track, or both mixed into one."""
    samples = round(seconds * SAMPLE_RATE)
    tracks = [array("h", bytes(2 * samples)) for _ in range(channels)]
    for piece in found:
        track = tracks[piece.track if channels > 1 else 0]
        first, last = round(piece.since * SAMPLE_RATE), min(samples, round(piece.until * SAMPLE_RATE))
        tone = _second(pitch(piece.source))
        for start in range(first, last, SAMPLE_RATE):
            end = min(last, start + SAMPLE_RATE)
            track[start:end] = tone[: end - start]
    frames = tracks[0]
    if channels > 1:
        frames = array("h", bytes(2 * samples * channels))
        for index, track in enumerate(tracks):
            frames[index::channels] = track
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(frames.tobytes())
    return buffer.getvalue()


def to_mp3(seconds: float) -> bytes:
    """An MP3 file of that length. Its frames are silent: there is no encoder here, only the container is real."""
    return MP3_SILENT_FRAME * max(1, round(seconds / MP3_FRAME_SECONDS))
