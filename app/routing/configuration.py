"""The config of `Engine.reset` in typed form; every fault is an InputError that names the field."""

from dataclasses import dataclass

from app.routing.eligibility import Id
from app.routing.fields import (
    Fields,
    InputError,
    by_id,
    count,
    flag,
    ident,
    ids,
    not_negative,
    number,
    optional,
    positive,
    services,
    text,
)
from app.routing.model import AVAILABLE, GcMu, Service, Settings

DEFAULT_TIMEOUT_STATE = "not_responding"
DEFAULT_CONNECT_TIMEOUT = 10  # seconds a leg may take to join after the agent has said yes
DEFAULT_GRACE = 15  # seconds an agent may be out of reach before offers are withdrawn


@dataclass(frozen=True, slots=True)
class AgentConfig:
    """One entry of `agents`; the last four put a running agent back (None: as new)."""

    id: Id
    services: tuple[Service, ...]
    state: str
    skills: dict[Id, float]
    units: float
    slots: dict[Id, int]
    exclusive: tuple[Id, ...]
    idle_since: float | None
    wrapup_until: float | None
    lost_until: float | None
    is_gone: bool


def read_agent(fields: Fields, id_key: str) -> AgentConfig:
    """An agent, from a config entry (key `id`) or an `agent.add` event (key `agent`)."""
    return AgentConfig(
        id=fields.need(id_key, ident),
        services=fields.need("queues", services),
        state=fields.get("state", text, AVAILABLE),
        skills=fields.get("skills", by_id(number), {}),
        units=fields.get("units", not_negative, 1),
        slots=fields.get("slots", by_id(count), {}),
        exclusive=fields.get("exclusive", ids, ()),
        idle_since=fields.get("idle_since", optional(number), None),
        wrapup_until=fields.get("wrapup_until", optional(number), None),
        lost_until=fields.get("lost_until", optional(number), None),
        is_gone=fields.get("is_gone", flag, False),
    )


def read_settings(fields: Fields) -> Settings:
    """The rules of the whole floor."""
    return Settings(
        auto_accept=fields.get("auto_accept", flag, True),
        reservation_timeout=fields.get("reservation_timeout", optional(positive), None),
        reservation_timeouts=fields.get("reservation_timeouts", by_id(optional(positive)), {}),
        connect_timeout=fields.get("connect_timeout", optional(positive), DEFAULT_CONNECT_TIMEOUT),
        wrapup=fields.get("wrapup", not_negative, 0),
        reject_delay=fields.get("reject_delay", not_negative, 0),
        max_waiting=fields.get("max_waiting", optional(not_negative), None),
        timeout_state=fields.get("timeout_state", text, DEFAULT_TIMEOUT_STATE),
        grace=fields.get("grace", not_negative, DEFAULT_GRACE),
        sticky_skip=fields.get("sticky_skip", flag, False),
        remember=fields.get("remember", optional(not_negative), None),
        channel_cost=fields.get("channel_cost", by_id(not_negative), {}),
        interrupts=fields.get("interrupts", _interrupts, {}),
        gcmu=fields.get("gcmu", optional(_gcmu), None),
    )


def _gcmu(raw: object, where: str) -> GcMu:
    fields = Fields(raw, where)
    return GcMu(
        cost=fields.get("cost", by_id(not_negative), {}),
        rate=fields.get("rate", by_id(by_id(not_negative)), {}),
    )


def _interrupts(raw: object, where: str) -> dict[Id, tuple[Id, ...]]:
    """{channel: channels whose held contacts it may be offered over}; never its own."""
    found = by_id(ids)(raw, where)
    for channel, over in found.items():
        if channel in over:
            raise InputError(f"{where}.{channel} must not name itself: its own contacts have their slots")
    return found
