"""What must be done so that a room becomes as it was ordered: who is called, held, heard and sent away. Pure.

The rules look at how things stand, never at what has just happened: news that is lost, late or repeated changes nothing
in the end. One thing is done at a time where the order matters to somebody's privacy: who is to be put on hold is on
hold before anybody else is let in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID


class Focus(StrEnum):
    """Whom the agent talks to, with a guest there."""

    CUSTOMER = "customer"
    GUEST = "guest"
    ALL = "all"
    NOBODY = "nobody"


class GuestMode(StrEnum):
    """Why a guest is there: asked behind the customer's back, a target of a transfer, or one of three who talk."""

    CONSULT = "consult"
    TRANSFER = "transfer"
    CONFERENCE = "conference"


class SupervisorMode(StrEnum):
    """What a supervisor does: hear all; be heard by the agent alone; be heard by all."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


@dataclass(frozen=True, slots=True)
class Party:
    """One who is in the room, called into it, or gone. `flags`: how a supervisor was last told to be."""

    leg_id: UUID
    kind: str
    mode: str | None
    agent_id: UUID | None
    call_sid: str | None
    is_called: bool
    is_in_room: bool
    is_gone: bool
    was_in_room: bool
    is_held: bool
    flags: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """How a contact's call stands. `is_active`: in an agent's hands; `is_over`: the agent's part is over (wrap-up or
    closed). `is_held`: the customer is on hold; `can_hold`: customer and agent are together, and hold is possible;
    `is_changing`: that the customer is put on hold or taken off is on its way."""

    is_active: bool
    is_over: bool
    agent_id: UUID | None
    customer_is_gone: bool
    is_held: bool
    can_hold: bool
    is_changing: bool
    focus: Focus | None
    parties: Sequence[Party]


class Deed(StrEnum):
    """One thing to do, about a party or (without one) the customer."""

    CALL = "call"
    HOLD = "hold"
    RESUME = "resume"
    END = "end"
    SET_FLAGS = "set_flags"
    HAND_OUT = "hand_out"  # the target of a transfer is there: the agent's part is over
    FOCUS_REACHED = "focus_reached"
    DROP_FOCUS = "drop_focus"


@dataclass(frozen=True, slots=True)
class Step:
    """A deed, for whom; `flags`: of SET_FLAGS."""

    deed: Deed
    party: Party | None = None
    flags: dict[str, Any] | None = None


def live_guest(parties: Sequence[Party]) -> Party | None:
    """The guest who is there or on the way; there is one at most."""
    return next((p for p in reversed(parties) if p.kind == "guest" and not p.is_gone), None)


def steps(room: Room) -> list[Step]:
    """What is to be done now. Nothing when the room is as it should be, or when news must be waited for."""
    if room.customer_is_gone:
        return [Step(Deed.END, p) for p in room.parties if not p.is_gone]
    if room.is_over:
        return _handed_out(room)
    if not room.is_active:
        return [
            Step(Deed.END, p) for p in room.parties if p.kind in ("guest", "supervisor") and not p.is_gone
        ]
    return _guest_steps(room) + _supervisor_steps(room)


def flags_of(mode: str | None, coached_sid: str | None) -> dict[str, Any]:
    """How a supervisor's participant must be: who is coached must be there, else the supervisor only listens."""
    if mode == SupervisorMode.BARGE:
        return {"muted": False, "coach": None}
    if mode == SupervisorMode.WHISPER and coached_sid is not None:
        return {"muted": False, "coach": coached_sid}
    return LISTENING


LISTENING: dict[str, Any] = {"muted": True, "coach": None}


def _handed_out(room: Room) -> list[Step]:
    """The agent is done. A customer who was transferred to somebody outside talks on; when that one leaves, the call
    is over. Everybody else goes."""
    targets = [
        p for p in room.parties if p.kind == "guest" and p.mode == GuestMode.TRANSFER and p.was_in_room
    ]
    target = next((p for p in reversed(targets) if not p.is_gone), None)
    found = [Step(Deed.END, p) for p in room.parties if not p.is_gone and p is not target]
    if target is None:
        return [*found, Step(Deed.END)] if targets else found
    if target.is_held:
        found.append(Step(Deed.RESUME, target))
    if room.is_held:
        found.append(Step(Deed.RESUME))
    return found


def _guest_steps(room: Room) -> list[Step]:
    back = [
        Step(Deed.RESUME, p) for p in room.parties if p.kind == "agent" and p.is_in_room and p.is_held
    ]  # a guest who was on hold when they took over
    guest = live_guest(room.parties)
    if guest is None:
        return back + _without_guest(room)
    if guest.mode == GuestMode.TRANSFER:
        if guest.is_in_room:
            return [*back, Step(Deed.HAND_OUT, guest)]
        return back if guest.is_called else [*back, Step(Deed.CALL, guest)]
    if not guest.is_in_room:
        if room.can_hold and not room.is_held:
            return [*back, Step(Deed.HOLD)]
        return [*back, Step(Deed.CALL, guest)] if room.is_held and not guest.is_called else back
    return back + _towards(room, guest)


def _without_guest(room: Room) -> list[Step]:
    if room.focus in (Focus.CUSTOMER, Focus.ALL) and room.is_held:
        return [Step(Deed.RESUME)]  # sent away, taken over: the customer must not stay on hold
    if room.focus is None or room.is_changing:
        return []  # a hold that is on its way must not be forgotten: it is undone when it is there
    return [Step(Deed.DROP_FOCUS)]


def _towards(room: Room, guest: Party) -> list[Step]:
    """Bring the room to its focus: hold first, then let in."""
    hold_customer = Step(Deed.HOLD) if room.can_hold and not room.is_held else None
    hold_guest = Step(Deed.HOLD, guest) if not guest.is_held else None
    resume_customer = Step(Deed.RESUME) if room.is_held else None
    resume_guest = Step(Deed.RESUME, guest) if guest.is_held else None
    match room.focus:
        case Focus.GUEST:
            wanted = [hold_customer or resume_guest]
        case Focus.CUSTOMER:
            wanted = [hold_guest or resume_customer]
        case Focus.ALL:
            wanted = [resume_guest, resume_customer]
        case Focus.NOBODY:
            wanted = [hold_customer, hold_guest]
        case None:
            wanted = []
    found = [step for step in wanted if step is not None]
    return found or [Step(Deed.FOCUS_REACHED)]


def _supervisor_steps(room: Room) -> list[Step]:
    coached = next(
        (
            p.call_sid
            for p in room.parties
            if p.kind == "agent" and p.agent_id == room.agent_id and p.is_in_room
        ),
        None,
    )
    found = []
    for party in room.parties:
        if party.kind != "supervisor" or party.is_gone:
            continue
        wanted = flags_of(party.mode, coached)
        if not party.is_called:
            found.append(Step(Deed.CALL, party))
        elif party.is_in_room and (party.flags or LISTENING) != wanted:
            found.append(Step(Deed.SET_FLAGS, party, wanted))
    return found


def refusal(room: Room, control: str) -> str | None:
    """Why an agent's order about a guest is not possible now; None when it is."""
    guest = live_guest(room.parties)
    agent_is_there = any(p.kind == "agent" and p.is_in_room for p in room.parties)
    if not room.is_active:
        return "the conversation is over"
    if control in ("consult", "transfer"):
        if guest is not None:
            return "somebody is there or being called already; complete or cancel that first"
        if not (room.can_hold or room.is_held):
            return "the customer is not on the line yet"
        return None if agent_is_there else "your phone is not in the call; rejoin it first"
    if guest is None:
        return "nobody is being consulted"
    if control == "cancel":
        return None
    if guest.mode == GuestMode.TRANSFER:
        return "the transfer waits for an answer; cancel it first"
    return None if guest.is_in_room else "whom you called has not answered yet"
