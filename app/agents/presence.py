"""Presence (what the agent chose) and activity (what work does to the agent): two axes, never one. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Presence(StrEnum):
    """What the agent chose."""

    AVAILABLE = "available"
    AWAY = "away"
    OFFLINE = "offline"


class Activity(StrEnum):
    """What work does to the agent, the most pressing first."""

    NOT_RESPONDING = "not_responding"
    ON_CONTACT = "on_contact"
    OFFERED = "offered"
    WRAP_UP = "wrap_up"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Facts:
    """What activity is derived from."""

    is_not_responding: bool
    has_accepted_offer: bool
    has_pending_offer: bool
    wrap_up_until: datetime | None
    is_engaged: bool = False  # consulted by a colleague, or in a call of somebody else's


def activity(facts: Facts) -> Activity:
    """The most pressing thing: a call in hand outranks a missed offer's banner, which outranks the rest."""
    if facts.has_accepted_offer or facts.is_engaged:
        return Activity.ON_CONTACT
    if facts.is_not_responding:
        return Activity.NOT_RESPONDING
    if facts.has_pending_offer:
        return Activity.OFFERED
    if facts.wrap_up_until is not None:
        return Activity.WRAP_UP
    return Activity.IDLE


def may_receive_offers(*, presence: Presence, is_connected: bool, is_not_responding: bool) -> bool:
    """Whether the engine sees the agent as available. Wrap-up and load are judged by the engine itself."""
    return presence == Presence.AVAILABLE and is_connected and not is_not_responding
