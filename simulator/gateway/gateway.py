"""All browsers at the gateway: which call's sound is where, and who may take a call up again."""

from typing import TYPE_CHECKING

from simulator.calls import Call
from simulator.gateway.browser_leg import BrowserLeg
from simulator.gateway.keys import KeyPair, make_key_pair
from simulator.gateway.mixer import Mixer

if TYPE_CHECKING:
    from simulator.clock import TimerHandle
    from simulator.gateway.browser_phone import BrowserPhone
    from simulator.network import Simulator


class Gateway:
    """Joins browsers to a simulator. `first_token_seconds`: what a browser is told of its first token's life when that
    is shorter than the truth, so that a test need not wait an hour for the next."""

    def __init__(
        self, sim: "Simulator", keys: KeyPair | None = None, *, first_token_seconds: float | None = None
    ) -> None:
        self.sim = sim
        self.keys = keys or make_key_pair()
        self.mixer = Mixer(sim)
        self.first_token_seconds = first_token_seconds
        self.phones: set[BrowserPhone] = set()
        self._by_token: dict[str, BrowserLeg] = {}
        self._grace: dict[str, TimerHandle] = {}

    def new_leg(self, call: Call) -> BrowserLeg:
        """A browser's part in a call."""
        leg = BrowserLeg(self.sim, call, self.mixer, self.keys)
        self._by_token[leg.token] = leg
        return leg

    def lost(self, leg: BrowserLeg) -> None:
        """The websocket of a leg's browser is gone; the call lives on for the grace time only."""

        def drop() -> None:
            self._grace.pop(leg.token, None)
            self.sim.hang_up(leg.call, by="network")
            self.sim.spawn(self.close(leg))

        self._grace[leg.token] = self.sim.clock.call_later(self.sim.config.knobs.client_grace, drop)

    def take_up(self, token: str) -> BrowserLeg | None:
        """The live leg that the browser comes back for."""
        leg = self._by_token.get(token)
        if leg is None or not leg.call.live:
            return None
        grace = self._grace.pop(token, None)
        if grace is not None:
            grace.cancel()
        return leg

    async def close(self, leg: BrowserLeg) -> None:
        """The leg is over."""
        self._by_token.pop(leg.token, None)
        grace = self._grace.pop(leg.token, None)
        if grace is not None:
            grace.cancel()
        await leg.close()

    async def close_all(self) -> None:
        """Everything is over."""
        for leg in list(self._by_token.values()):
            await self.close(leg)
