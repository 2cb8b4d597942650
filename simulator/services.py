"""What running instructions ask of the network."""

import asyncio
from typing import TYPE_CHECKING, cast

from simulator import programs
from simulator.calls import Call
from simulator.journal import EntryKind, Journal
from simulator.rooms import Participant
from simulator.verbs.collector import Collector
from simulator.webhooks import FetchFailedError, Webhook, WebhookSender

if TYPE_CHECKING:
    from simulator.network import Simulator


class Services:
    """The part of the network verbs call."""

    journal: Journal
    sender: WebhookSender

    @property
    def _network(self) -> "Simulator":
        return cast("Simulator", self)

    async def until_left(self, participant: Participant) -> None:
        """Wait until the participant is out of its conference."""
        await asyncio.shield(participant.left)

    async def star_pressed(self, call: Call) -> None:
        """Wait until the person presses the star key."""
        collector = Collector(keys=True, speech=False, num_digits=None, finish_on="*")
        call.collector = collector
        try:
            while not collector.done:
                collector.changed.clear()
                await collector.changed.wait()
        finally:
            if call.collector is collector:  # runs late when cancelled
                call.collector = None

    async def ring_all(self, children: list[Call], timeout: float) -> Call | None:
        """See programs.ring_all."""
        return await programs.ring_all(self._network._network, children, timeout)

    async def bridge(self, call: Call, winner: Call) -> None:
        """See programs.bridge."""
        await programs.bridge(self._network, call, winner)

    async def talk(self, call: Call, other: Call) -> None:
        """See programs.talk."""
        await programs.talk(self._network, call, other)

    async def send_keys(self, call: Call, digits: str) -> None:
        """See programs.send_keys."""
        await programs.send_keys(self._network, call, digits)

    async def play_aside(self, participant: Participant, url: str, method: str, kind: str) -> str | None:
        """See programs.play_aside."""
        return await programs.play_aside(self._network, participant, url, method, kind)

    async def fetch_and_ignore(self, hook: Webhook) -> None:
        """Request a document nobody executes any more."""
        try:
            await self.sender.fetch(hook)
        except FetchFailedError as error:
            self.journal.add(
                EntryKind.ERROR, f"{error.code} request failed", hook.call_sid, reason=str(error)
            )
