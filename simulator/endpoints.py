"""The people and machines a leg can ring: registered softphones, and scripted endpoints of tests and load."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

DEFAULT_ANSWER_AFTER = 2.0  # virtual s


class Policy(StrEnum):
    """How an endpoint behaves when it is rung."""

    ANSWER = "answer"
    BUSY = "busy"
    REJECT = "reject"
    NO_ANSWER = "noanswer"
    OFFLINE = "offline"
    MANUAL = "manual"


class Device(Protocol):
    """A registered softphone."""

    def notify(self, frame: dict[str, Any]) -> None:
        """Take a frame of the client protocol."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A policy, and after how many virtual seconds it acts."""

    policy: Policy
    after: float = DEFAULT_ANSWER_AFTER


class Endpoints:
    """Policies and registered devices by address (`client:agent_x` or a number)."""

    def __init__(self) -> None:
        self._behaviours: dict[str, Behaviour] = {}
        self._devices: dict[str, set[Device]] = {}

    def set(self, address: str, policy: Policy, after: float = DEFAULT_ANSWER_AFTER) -> None:
        """Script an endpoint."""
        self._behaviours[address] = Behaviour(policy, after)

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
        """A script wins; else registered clients and phones are manual, other clients offline."""
        if address in self._behaviours:
            return self._behaviours[address]
        if address.startswith("client:") and not self.devices(address):
            return Behaviour(Policy.OFFLINE, 0.0)
        return Behaviour(Policy.MANUAL, 0.0)

    def as_json(self) -> dict[str, Any]:
        """What is known, for /sim/state."""
        return {
            "registered": sorted(address for address, devices in self._devices.items() if devices),
            "policies": {
                a: {"policy": b.policy.value, "after": b.after} for a, b in self._behaviours.items()
            },
        }
