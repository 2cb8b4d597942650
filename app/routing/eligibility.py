"""Can an agent, as loaded as it is, take a contact that asks for these skills on this channel (R09, R17)?

Demands and loads are interned: one Signature for every equal demand, one Stance for every equal
(skills, capacity, load). So a question about thousands of agents is answered once for each kind of agent.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

Id = str | int

DEFAULT_COST = 1  # units taken by a contact of a channel without a cost of its own


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """What a waiting contact asks of an agent now, apart from names. Interned: compare by identity."""

    channel: Id
    cost: float
    over: tuple[Id, ...]  # channels whose contacts it may be offered over (R29)
    skills: tuple[tuple[Id, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """What an agent can do when idle. Interned: compare by identity."""

    skills: Mapping[Id, float]
    units: float
    slots: Mapping[Id, int]
    exclusive: tuple[Id, ...]


@dataclass(slots=True, eq=False)
class Stance:
    """A profile with the contacts it holds now, offered ones included. Interned: compare by identity."""

    profile: Profile
    held: Mapping[Id, int]
    used: Mapping[Id, float]  # units by channel
    total: float
    full: bool
    answers: dict[Signature, bool] = field(default_factory=dict)
    levels: dict[Signature, float] = field(default_factory=dict)
    more: dict[Id, "Stance"] = field(default_factory=dict)
    fewer: dict[Id, "Stance"] = field(default_factory=dict)

    def fits(self, wanted: Signature) -> bool:
        """Whether one more contact with this demand may be given to such an agent."""
        answer = self.answers.get(wanted)
        if answer is None:
            answer = self.answers[wanted] = self._has_room(wanted) and self._has_skills(wanted)
        return answer

    def level(self, wanted: Signature) -> float:
        """How good such an agent is at what is asked for: the sum of its levels in these skills (R12)."""
        found = self.levels.get(wanted)
        if found is None:
            skills = self.profile.skills
            found = self.levels[wanted] = math.fsum(skills.get(skill, 0) for skill, _ in wanted.skills)
        return found

    def _has_room(self, wanted: Signature) -> bool:
        profile, channel, held = self.profile, wanted.channel, self.held
        if held.get(channel, 0) >= profile.slots.get(channel, math.inf):
            return False
        used = self.total
        if wanted.over:
            used = self.used_beside(wanted.over)
            held = {kind: n for kind, n in held.items() if kind not in wanted.over}
        if used + wanted.cost > profile.units:
            return False
        alone = channel in profile.exclusive or any(kind in profile.exclusive for kind in held)
        return not alone or all(kind == channel for kind in held)

    def used_beside(self, over: tuple[Id, ...]) -> float:
        """Units used by what is held on other channels than these."""
        # fsum is exact, so the sum does not hang on the order in which the contacts came
        return math.fsum(used for channel, used in self.used.items() if channel not in over)

    def _has_skills(self, wanted: Signature) -> bool:
        return all(self.profile.skills.get(skill, 0) >= level for skill, level in wanted.skills)


class Forms:
    """The intern tables of one engine, with the price of each channel and what it may interrupt."""

    def __init__(self, channel_cost: Mapping[Id, float], interrupts: Mapping[Id, tuple[Id, ...]]) -> None:
        self._costs = dict(channel_cost)
        self._interrupts = dict(interrupts)
        self._cheapest = min([DEFAULT_COST, *self._costs.values()])
        self._signatures: dict[tuple[Id, frozenset[tuple[Id, float]]], Signature] = {}
        self._profiles: dict[tuple[object, ...], Profile] = {}
        self._stances: dict[tuple[Profile, frozenset[tuple[Id, int]]], Stance] = {}

    def signature(self, channel: Id, skills: tuple[tuple[Id, float], ...]) -> Signature:
        """The one Signature of a channel and its skills; the order of the skills makes no difference."""
        key = (channel, frozenset(skills))
        found = self._signatures.get(key)
        if found is None:
            cost = self._costs.get(channel, DEFAULT_COST)
            over = self._interrupts.get(channel, ())
            found = self._signatures[key] = Signature(channel, cost, over, skills)
        return found

    def profile(
        self, skills: Mapping[Id, float], units: float, slots: Mapping[Id, int], exclusive: tuple[Id, ...]
    ) -> Profile:
        """The one Profile of these abilities."""
        key = (frozenset(skills.items()), units, frozenset(slots.items()), frozenset(exclusive))
        found = self._profiles.get(key)
        if found is None:
            found = self._profiles[key] = Profile(dict(skills), units, dict(slots), exclusive)
        return found

    def stance(self, profile: Profile, held: Mapping[Id, int]) -> Stance:
        """The one Stance of a profile holding so many contacts of each channel."""
        key = (profile, frozenset(held.items()))
        found = self._stances.get(key)
        if found is None:
            used = {channel: self._costs.get(channel, DEFAULT_COST) * n for channel, n in held.items()}
            found = self._stances[key] = Stance(
                profile, dict(held), used, math.fsum(used.values()), full=False
            )
            found.full = self._is_full(found)
        return found

    def _is_full(self, stance: Stance) -> bool:
        """Whether there is no room for anything, be it over contacts that may be interrupted."""
        units = stance.profile.units
        if stance.total + self._cheapest <= units:
            return False
        return all(
            stance.used_beside(over) + self._costs.get(channel, DEFAULT_COST) > units
            for channel, over in self._interrupts.items()
        )

    def with_one_more(self, stance: Stance, channel: Id) -> Stance:
        """The stance after taking one contact of a channel."""
        found = stance.more.get(channel)
        if found is None:
            held = {**stance.held, channel: stance.held.get(channel, 0) + 1}
            found = stance.more[channel] = self.stance(stance.profile, held)
        return found

    def with_one_fewer(self, stance: Stance, channel: Id) -> Stance:
        """The stance after letting go of one contact of a channel."""
        found = stance.fewer.get(channel)
        if found is None:
            held = {kind: n - (kind == channel) for kind, n in stance.held.items()}
            found = stance.fewer[channel] = self.stance(
                stance.profile, {kind: n for kind, n in held.items() if n > 0}
            )
        return found
