"""How tests and scripted people wait for facts, on a real or a stepped clock."""

from collections.abc import Callable

from simulator.calls import first_of
from simulator.clock import Clock, RealClock, SteppedClock
from simulator.journal import Journal

MINIMUM_REAL_PATIENCE = 10.0  # real s a fact is waited for, whatever the speed


class Waiting:
    """The part of the network that waits for facts."""

    clock: Clock
    journal: Journal

    async def until(self, fact: Callable[[], bool], timeout: float, what: str) -> None:
        """Wait until `fact` holds, at most `timeout` virtual seconds; else AssertionError naming `what`.

        On a stepped clock time is moved on, timer by timer, as far as needed.
        """
        if isinstance(self.clock, SteppedClock):
            reached = await self._step_until(self.clock, fact, self.clock.now() + timeout)
        else:
            speed = self.clock.speed if isinstance(self.clock, RealClock) else 1.0
            reached = await self.journal.until(fact, max(timeout / speed, MINIMUM_REAL_PATIENCE))
        if not reached:
            recent = "\n".join(f"  {e.n} {e.kind} {e.call_sid} {e.title}" for e in list(self.journal)[-25:])
            raise AssertionError(f"waited {timeout} s for: {what}; the journal ends with\n{recent}")

    @staticmethod
    async def _step_until(clock: SteppedClock, fact: Callable[[], bool], deadline: float) -> bool:
        # A fact may take what it found, so it is asked once per step and never again after it held.
        await clock.settle()
        while not fact():
            if not await clock.step(deadline):
                return fact()
        return True

    async def noticed(self, fact: Callable[[], bool], within: float) -> bool:
        """Wait in the background for a fact, at most `within` virtual seconds; whether it came to hold.

        Unlike `until` it never moves a stepped clock: somebody else does.
        """
        if fact():
            return True
        first = await first_of(lambda: self.journal.until(fact, None), lambda: self.clock.sleep(within))
        return first == 0

    async def advance(self, seconds: float) -> None:
        """Move a stepped clock on; on a real clock simply wait."""
        if isinstance(self.clock, SteppedClock):
            await self.clock.advance(seconds)
        else:
            await self.clock.sleep(seconds)
