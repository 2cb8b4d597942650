"""Turns an uploaded sound into what a telephone plays: WAV, 8 kHz, 16 bit, one channel. A program of its own.

    python -m app.announcements.transcoding SOURCE TARGET MAX_SECONDS

A file somebody uploads may be made to break its decoder, so it is opened in a process that may use little memory and
time and knows nothing: neither settings nor database. It prints a percentage per line, and at last one line of JSON:
`{"seconds": 3.2}` or `{"reason": "too_long"}`. What the file is, its bytes say, not its name.

libsndfile reads WAV, MP3, FLAC and OGG (Vorbis, Opus). M4A goes by codecpod, which has no wheel for every machine.
"""

import json
import resource
import sys
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

RATE: Final = 8_000  # Hz; telephones carry no more (ITU-T G.711)
LIMITS: Final = {
    resource.RLIMIT_CPU: 90,  # seconds
    resource.RLIMIT_AS: 2 * 1024**3,  # bytes, most of them address space that libraries reserve
    resource.RLIMIT_FSIZE: 64 * 1024**2,
}
READABLE: Final = {"WAV", "WAVEX", "RF64", "MP3", "FLAC", "OGG"}
SHORTEST_SECONDS: Final = 0.2
SILENCE: Final = 0.001  # of full scale

Samples = npt.NDArray[np.float32]


class Unusable(Exception):
    """The file cannot be played; the message is the reason as a word the console knows."""


def main(source: str, target: str, max_seconds: float) -> dict[str, Any]:
    """Transcode; returns what the last line says."""
    for limit, most in LIMITS.items():
        _, hard = resource.getrlimit(limit)
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    try:
        return {"seconds": _transcode(source, target, max_seconds)}
    except Unusable as error:
        return {"reason": str(error)}
    except MemoryError:
        return {"reason": "broken"}


def _transcode(source: str, target: str, max_seconds: float) -> float:
    written, peak = 0, 0.0
    pieces = _m4a(source, max_seconds) if _is_m4a(source) else _sound(source)
    with soundfile.SoundFile(target, "w", RATE, 1, format="WAV", subtype="PCM_16") as out:
        for percent, piece in pieces:
            written += len(piece)
            if written > max_seconds * RATE:
                raise Unusable("too_long")
            if len(piece):
                peak = max(peak, float(np.abs(piece).max()))
            out.write(np.clip(piece, -1.0, 1.0))
            print(percent, flush=True)  # noqa: T201 -- how the parent follows
    if written < SHORTEST_SECONDS * RATE:
        raise Unusable("too_short")
    if not peak > SILENCE:
        raise Unusable("silent")
    return written / RATE


def _sound(source: str) -> Iterator[tuple[int, Samples]]:
    """Percent done and mono samples at 8 kHz, a second of the source at a time."""
    try:
        with soundfile.SoundFile(source) as file:
            if file.format not in READABLE:
                raise Unusable("format_not_taken")
            if not 1_000 <= file.samplerate <= 400_000:
                raise Unusable("broken")
            resampler = soxr.ResampleStream(file.samplerate, RATE, 1, dtype="float32")
            done = 0
            for block in file.blocks(file.samplerate, dtype="float32", always_2d=True):
                done += len(block)
                piece = resampler.resample_chunk(np.ascontiguousarray(block.mean(axis=1)))
                yield min(99, 100 * done // max(file.frames, 1)), piece
            yield 100, resampler.resample_chunk(np.zeros(0, dtype=np.float32), last=True)
    except (soundfile.LibsndfileError, RuntimeError):
        raise Unusable("not_a_sound") from None


def _is_m4a(source: str) -> bool:
    """An ISO base media file begins with a box of the type `ftyp` (ISO/IEC 14496-12, section 4.3)."""
    with open(source, "rb") as file:
        return file.read(8)[4:] == b"ftyp"


def _m4a(source: str, max_seconds: float) -> Iterator[tuple[int, Samples]]:
    try:
        import codecpod  # noqa: PLC0415 -- not on every machine
    except ImportError:
        raise Unusable("m4a_not_taken_here") from None
    try:
        info = codecpod.info(source)
        most = int((max_seconds + 1) * info.sample_rate)
        loaded = codecpod.load(source, sample_rate=RATE, mono=True, num_frames=most)
    except codecpod.CodecpodError:
        raise Unusable("not_a_sound") from None
    assert isinstance(loaded, tuple)  # noqa: S101 -- samples and rate, unless a buffer is asked for
    yield 100, np.asarray(loaded[0], dtype=np.float32)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], sys.argv[2], float(sys.argv[3]))) + "\n")
