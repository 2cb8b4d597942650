"""What the account owns: its numbers and TwiML applications, whose webhooks REST may change."""

import hashlib
from dataclasses import replace
from typing import Any

from simulator.config import Application, Number, SimulatorConfig


def number_sid(number: str) -> str:
    """The SID of a number of the account; the same in every run."""
    return "PN" + hashlib.sha256(number.encode()).hexdigest()[:32]


class Account:
    """Numbers and applications as they are now; the configuration says how they were at the start."""

    def __init__(self, config: SimulatorConfig, created: float) -> None:
        self.created = created
        self._numbers = {number_sid(n.number): n for n in config.numbers}
        self._applications = {a.sid: a for a in config.applications}

    @property
    def numbers(self) -> dict[str, Number]:
        """By SID."""
        return dict(self._numbers)

    @property
    def applications(self) -> dict[str, Application]:
        """By SID."""
        return dict(self._applications)

    def number(self, number: str) -> Number | None:
        """The number in E.164, if it is ours."""
        return self._numbers.get(number_sid(number))

    def application(self, sid: str) -> Application | None:
        """The application, if there is one."""
        return self._applications.get(sid)

    def change_number(self, sid: str, **changes: Any) -> Number:
        """Change webhooks or label of a number that is there."""
        self._numbers[sid] = replace(self._numbers[sid], **changes)
        return self._numbers[sid]

    def change_application(self, sid: str, **changes: Any) -> Application:
        """Change webhooks or name of an application that is there."""
        self._applications[sid] = replace(self._applications[sid], **changes)
        return self._applications[sid]
