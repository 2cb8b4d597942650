"""Shows on standard error how far a long command is."""

import sys
import time
from collections.abc import Callable
from typing import TextIO

WIDTH = 30  # characters
FIRST_AFTER = 0.5  # seconds; what is quicker needs no bar
REDRAW = 0.2
LINE_EVERY = 10.0  # where nobody watches a terminal, a long run writes a line now and then


class Progress:
    """A bar on a terminal, else a line every ten seconds; nothing for short runs. Call it with the done share."""

    def __init__(self, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._out, self._clock = out or sys.stderr, clock
        self._on_terminal = self._out.isatty()
        self._started = clock()
        self._next = self._started + (FIRST_AFTER if self._on_terminal else LINE_EVERY)
        self._is_drawn = False

    def __call__(self, share: float) -> None:
        """Done so far, 0 to 1."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + (REDRAW if self._on_terminal else LINE_EVERY)
        passed = now - self._started
        left = f", about {passed / share - passed:.0f} s left" if share > 0.01 else ""
        text = f"{share:4.0%} after {passed:.0f} s{left}"
        if self._on_terminal:
            done = round(share * WIDTH)
            self._out.write(f"\r[{'#' * done}{'.' * (WIDTH - done)}] {text}\x1b[K")
            self._is_drawn = True
        else:
            self._out.write(f"{text}\n")
        self._out.flush()

    def clear(self) -> None:
        """Take the bar away."""
        if self._is_drawn:
            self._out.write("\r\x1b[K")
            self._out.flush()
