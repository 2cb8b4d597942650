"""RTP packets (RFC 3550) of G.711 mu-law sound (ITU-T G.711): 8,000 samples a second, 20 ms a packet."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.gateway.sdp import PCMU

Samples = NDArray[np.int16]
SAMPLE_RATE = 8_000  # Hz
FRAME_SAMPLES = 160  # 20 ms
FRAME_SECONDS = FRAME_SAMPLES / SAMPLE_RATE
HEADER = struct.Struct("!BBHII")
VERSION = 2 << 6
BIAS = 0x84  # of mu-law's logarithm


def _mu_law_table() -> Samples:
    """The sample of each of the 256 codes: sign, exponent and mantissa, all bits inverted on the line."""
    codes = ~np.arange(256) & 0xFF
    magnitude = (((codes & 0x0F) << 3) + BIAS << (codes >> 4 & 7)) - BIAS
    return np.where(codes & 0x80, -magnitude, magnitude).astype(np.int16)


DECODED = _mu_law_table()
BY_SAMPLE = np.argsort(DECODED, kind="stable")
ASCENDING = DECODED[BY_SAMPLE].astype(np.int32)
BETWEEN = (ASCENDING[1:] + ASCENDING[:-1]) / 2


def decode(payload: bytes) -> Samples:
    """The samples of a mu-law payload."""
    decoded: Samples = DECODED[np.frombuffer(payload, np.uint8)]
    return decoded


def encode(samples: Samples) -> bytes:
    """Each sample as the code whose sample is nearest."""
    return bytes(BY_SAMPLE[np.searchsorted(BETWEEN, samples)].astype(np.uint8))


def is_rtp(data: bytes) -> bool:
    """Whether a packet on the line is RTP, not RTCP (RFC 5761 section 4) nor anything else (RFC 7983)."""
    return len(data) >= HEADER.size and 128 <= data[0] <= 191 and not 192 <= data[1] <= 223


@dataclass(slots=True)
class Writer:
    """Numbers the packets of one stream."""

    ssrc: int
    sequence: int = 0
    timestamp: int = 0

    def packet(self, samples: Samples) -> bytes:
        """The next packet."""
        marker = 0x80 if self.sequence == 0 else 0
        header = HEADER.pack(VERSION, PCMU | marker, self.sequence, self.timestamp, self.ssrc)
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.timestamp = (self.timestamp + len(samples)) & 0xFFFFFFFF
        return header + encode(samples)


def samples_of(packet: bytes) -> Samples | None:
    """The sound of an RTP packet; None when it carries something else (keys, comfort noise)."""
    first, second, *_ = HEADER.unpack_from(packet)
    if second & 0x7F != PCMU:
        return None
    start = HEADER.size + 4 * (first & 0x0F)  # contributing sources
    if first & 0x10:  # a header extension: 16 bits of profile, 16 of its length in words
        if len(packet) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4])
    padding = packet[-1] if first & 0x20 else 0
    return decode(packet[start : len(packet) - padding])
