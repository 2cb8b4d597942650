"""The test language: script people at telephones and softphones and wait for what they notice."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from simulator.calls import Call, CallStatus
from simulator.endpoints import DEFAULT_ANSWER_AFTER, Policy
from simulator.journal import EntryKind
from simulator.scripts import parse_steps
from simulator.texts import WHATSAPP, TextMessage

if TYPE_CHECKING:
    from simulator.network import Simulator

PATIENCE = 60.0  # virtual s a fact is waited for unless told otherwise


class PhoneCall:
    """The human side of one call."""

    def __init__(self, sim: "Simulator", call: Call) -> None:
        self._sim = sim
        self.call = call
        self._heard = call.first_n

    @property
    def sid(self) -> str:
        """The CallSid."""
        return self.call.sid

    @property
    def status(self) -> str:
        """The call's status in REST vocabulary."""
        return self.call.status.value

    async def hears(self, text: str, timeout: float = PATIENCE) -> str:
        """Wait for a caption holding `text` (after the last one matched); returns the whole caption."""
        found: list[str] = []
        scanned = self._heard

        def fact() -> bool:
            nonlocal scanned
            for entry in self._sim.journal.of(self.sid, EntryKind.HEARS, after=scanned):
                if text in entry.title:
                    self._heard = entry.n
                    found.append(entry.title)
                    return True
            scanned = self._sim.journal.last_n
            return False

        await self._sim.until(fact, timeout, f"{self.sid} hears {text!r}")
        return found[0]

    def press(self, digits: str) -> None:
        """Press keys."""
        self._sim.people.press(self.call, digits)

    def say(self, text: str, confidence: float | None = 0.92) -> None:
        """Speak."""
        self._sim.people.say(self.call, text, confidence)

    def hangup(self) -> None:
        """Hang up."""
        self._sim.people.hang_up(self.call)

    async def until(self, fact: Callable[[Call], bool], what: str, timeout: float = PATIENCE) -> None:
        """Wait for a fact about the call."""
        await self._sim.until(lambda: fact(self.call), timeout, f"{self.sid} {what}")

    async def connected(self, timeout: float = PATIENCE) -> None:
        """Wait until the call is answered."""
        await self.until(lambda call: call.status is CallStatus.IN_PROGRESS, "is answered", timeout)

    async def queued(self, timeout: float = PATIENCE) -> None:
        """Wait until the call waits in a queue."""
        await self.until(lambda call: call.queue_entry is not None, "waits in a queue", timeout)

    async def in_conference(self, timeout: float = PATIENCE) -> None:
        """Wait until the call is in a conference."""
        await self.until(
            lambda c: c.participant is not None and c.participant.joined, "is in a conference", timeout
        )

    async def held(self, on: bool = True, timeout: float = PATIENCE) -> None:
        """Wait until the call is on hold (or off)."""
        await self.until(
            lambda c: c.participant is not None and c.participant.hold is on, f"hold is {on}", timeout
        )

    async def collecting(self, timeout: float = PATIENCE) -> None:
        """Wait until a Gather or Record listens."""
        await self.until(lambda call: call.collector is not None, "is listened to", timeout)

    async def ended(self, timeout: float = PATIENCE) -> str:
        """Wait until the call is over; returns the final status."""
        await self.until(lambda call: not call.live, "is over", timeout)
        return self.status


class RingingLeg(PhoneCall):
    """A leg that rings (or rang) this person."""

    @property
    def params(self) -> Mapping[str, str]:
        """Custom parameters of the address the product dialled."""
        return self.call.custom

    @property
    def from_(self) -> str:
        """Who calls."""
        return self.call.from_

    def accept(self) -> bool:
        """Answer; False when it does not ring any more."""
        return self._sim.people.answer(self.call)

    def reject(self) -> bool:
        """Reject; False when it does not ring any more."""
        return self._sim.people.reject(self.call)


class _Ringable:
    """Somebody who can be rung; each leg is handed out once."""

    def __init__(self, sim: "Simulator", address: str) -> None:
        self._sim = sim
        self.address = address
        self._seen: set[str] = set()

    def behaves(
        self,
        policy: Policy,
        after: float = DEFAULT_ANSWER_AFTER,
        *,
        then: list[dict[str, Any]] | None = None,
        greeting: str | None = None,
    ) -> None:
        """What it does when rung from now on (see endpoints.Policy, and scripts.py for the steps of `then`)."""
        self._sim.endpoints.set(
            self.address, policy, after, then=parse_steps(then or [], "then"), greeting=greeting
        )

    async def rings(self, timeout: float = PATIENCE, **params: str) -> RingingLeg:
        """Wait until it rings, with these custom parameters if any are given."""
        found: list[Call] = []

        def fact() -> bool:
            for call in self._sim.calls.values():
                if (
                    call.sid in self._seen
                    or call.address != self.address
                    or call.status is not CallStatus.RINGING
                ):
                    continue
                if not call.human_is_caller and params.items() <= call.custom.items():
                    self._seen.add(call.sid)
                    found.append(call)
                    return True
            return False

        await self._sim.until(fact, timeout, f"{self.address} rings")
        return RingingLeg(self._sim, found[0])


class Phone(_Ringable):
    """A telephone of the outside world: it dials our numbers, and it can be rung by legs of the product."""

    def __init__(self, sim: "Simulator", number: str | None) -> None:
        super().__init__(sim, number or sim.config.knobs.withheld_number)

    async def call(self, to: str) -> PhoneCall:
        """Dial a number of the account; raises UnknownNumberError."""
        return PhoneCall(self._sim, self._sim.people.dial(self.address, to))

    def writes(
        self, to: str, body: str, *, whatsapp: bool = False, files: tuple[tuple[str, bytes], ...] = ()
    ) -> TextMessage:
        """Write to a number of the account, by SMS or WhatsApp; `files` are (content type, bytes). Raises
        UnknownNumberError."""
        prefix = WHATSAPP if whatsapp else ""
        return self._sim.texts.write(prefix + self.address, prefix + to, body, files)

    async def gets(self, text: str, timeout: float = PATIENCE) -> TextMessage:
        """Wait until a message holding `text` has arrived (each is handed out once)."""
        found: list[TextMessage] = []

        def fact() -> bool:
            for one in self._sim.texts.thread(self.address):
                arrived = one.direction != "inbound" and one.status in ("delivered", "read")
                if arrived and text in one.body and one.sid not in self._seen:
                    self._seen.add(one.sid)
                    found.append(one)
                    return True
            return False

        await self._sim.until(fact, timeout, f"{self.address} gets {text!r}")
        return found[0]


class ClientPhone(_Ringable):
    """A softphone that stays registered until `unregister`; `frames` keeps what it was told."""

    def __init__(self, sim: "Simulator", identity: str) -> None:
        super().__init__(sim, f"client:{identity}")
        self.identity = identity
        self.frames: list[dict[str, Any]] = []
        sim.endpoints.register(identity, self)

    def notify(self, frame: dict[str, Any]) -> None:
        """Take a frame of the client protocol."""
        self.frames.append(frame)

    def call(self, to: str, **params: str) -> PhoneCall:
        """Dial out from the browser: the TwiML application is asked, with To and these parameters."""
        return PhoneCall(self._sim, self._sim.people.connect(self.identity, {"To": to, **params}))

    def unregister(self) -> None:
        """Go offline; legs in progress stay."""
        self._sim.endpoints.unregister(self.identity, self)
