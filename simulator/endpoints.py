"""The people and machines a leg can ring: telephones of the outside world, registered softphones, and what each of
them does when it is rung."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from simulator.journal import EntryKind, Journal
from simulator.scripts import Step, parse_steps, voicemail_steps

DEFAULT_ANSWER_AFTER = 2.0  # virtual s


class Policy(StrEnum):
    """How an endpoint behaves when it is rung."""

    ANSWER = "answer"  # after `after` s, then the script
    BUSY = "busy"
    REJECT = "reject"
    NO_ANSWER = "noanswer"  # rings until the dialler gives up
    OFFLINE = "offline"  # a softphone that is not registered, a telephone that is switched off
    UNALLOCATED = "unallocated"  # nobody has that number
    MANUAL = "manual"  # somebody decides: a test, or a person on the phone page
    VOICEMAIL = "voicemail"  # a box answers after `after` s, says its greeting and records what follows


class Device(Protocol):
    """A registered softphone."""

    def notify(self, frame: dict[str, Any]) -> None:
        """Take a frame of the client protocol."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A policy, after how many virtual seconds it acts, and what the person does once connected."""

    policy: Policy
    after: float = DEFAULT_ANSWER_AFTER
    then: tuple[Step, ...] = ()
    greeting: str | None = None  # of a voicemail box

    @property
    def steps(self) -> tuple[Step, ...]:
        """What happens once connected."""
        return voicemail_steps(self.greeting) if self.policy is Policy.VOICEMAIL else self.then

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Behaviour":
        """{"policy", "after"?, "then"?: steps, "greeting"?}; raises ValueError beginning with the field's name."""
        unknown = set(data) - {"policy", "after", "then", "greeting"}
        if unknown:
            raise ValueError(f"{min(unknown)}: is not a known field (known: after, greeting, policy, then)")
        try:
            policy = Policy(str(data.get("policy")))
        except ValueError:
            raise ValueError(f"policy: must be one of {', '.join(Policy)}") from None
        after = data.get("after", DEFAULT_ANSWER_AFTER)
        if isinstance(after, bool) or not isinstance(after, int | float) or after < 0:
            raise ValueError("after: must be a number of seconds, 0 or more")
        greeting = data.get("greeting")
        if greeting is not None and not isinstance(greeting, str):
            raise ValueError("greeting: must be a text")
        return cls(policy, float(after), parse_steps(data.get("then", []), "then"), greeting)

    def as_json(self) -> dict[str, Any]:
        """As /sim/endpoints shows it: what is not set is left out."""
        shown: dict[str, Any] = {"policy": self.policy.value, "after": self.after}
        if self.then:
            shown["then"] = [step.as_json() for step in self.then]
        if self.greeting is not None:
            shown["greeting"] = self.greeting
        return shown


class Endpoints:
    """Behaviours and registered devices by address (`client:agent_x`, `+886933000111`, `sip:x@host`)."""

    def __init__(self, journal: Journal | None = None) -> None:
        self._journal = journal
        self._behaviours: dict[str, Behaviour] = {}
        self._next: dict[str, deque[Behaviour]] = {}
        self._devices: dict[str, set[Device]] = {}

    def set(
        self,
        address: str,
        policy: Policy,
        after: float = DEFAULT_ANSWER_AFTER,
        *,
        then: Sequence[Step] = (),
        greeting: str | None = None,
    ) -> None:
        """Script an endpoint from now on."""
        self.put(address, Behaviour(Policy(policy), after, tuple(then), greeting))

    def put(self, address: str, behaviour: Behaviour, following: Sequence[Behaviour] = ()) -> None:
        """Script an endpoint; `following` are used up first, one per ring (busy, then busy, then `behaviour`)."""
        self._behaviours[address] = behaviour
        self._next[address] = deque(following)
        if self._journal:
            shown = [b.as_json() for b in following]
            self._journal.add(
                EntryKind.INPUT, "endpoint", address=address, behaviour=behaviour.as_json(), following=shown
            )

    def forget(self, address: str) -> None:
        """Back to what the endpoint does by itself."""
        self._behaviours.pop(address, None)
        self._next.pop(address, None)
        if self._journal:
            self._journal.add(EntryKind.INPUT, "forget endpoint", address=address)

    def register(self, identity: str, device: Device) -> None:
        """A softphone is there."""
        self._devices.setdefault(f"client:{identity}", set()).add(device)

    def unregister(self, identity: str, device: Device) -> None:
        """A softphone went away."""
        self._devices.get(f"client:{identity}", set()).discard(device)

    def devices(self, address: str) -> list[Device]:
        """Softphones registered for an address."""
        return list(self._devices.get(address, ()))

    def behaviour(self, address: str) -> Behaviour:
        """A script wins; else registered clients, telephones and SIP phones are manual, other clients offline."""
        if address in self._behaviours:
            return self._behaviours[address]
        if address.startswith("client:") and not self.devices(address):
            return Behaviour(Policy.OFFLINE, 0.0)
        return Behaviour(Policy.MANUAL, 0.0)

    def rung(self, address: str) -> Behaviour:
        """The behaviour for a ring that begins now; takes the next one of a sequence."""
        following = self._next.get(address)
        return following.popleft() if following else self.behaviour(address)

    def as_json(self) -> dict[str, Any]:
        """What is known, for /sim/state and /sim/endpoints."""
        return {
            "registered": sorted(address for address, devices in self._devices.items() if devices),
            "policies": {
                address: behaviour.as_json() | self._following(address)
                for address, behaviour in self._behaviours.items()
            },
        }

    def _following(self, address: str) -> dict[str, Any]:
        following = self._next.get(address)
        return {"following": [behaviour.as_json() for behaviour in following]} if following else {}
