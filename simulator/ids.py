"""Twilio-shaped identifiers from a seeded generator, so that a failing run can be replayed by its seed."""

import random


class SidFactory:
    """Makes 34-character SIDs: a two-letter prefix and 32 hex digits."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def make(self, prefix: str) -> str:
        """A new SID, for example `CA…` for a call."""
        return f"{prefix}{self._rng.getrandbits(128):032x}"
