"""The rules of a room with guests: whatever happens in whatever order, nobody hears what is not for them."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from app.channels.voice.party_rules import Deed, Focus, GuestMode, Party, Room, Step, steps


def party(kind: str, **facts: object) -> Party:
    known = {
        "leg_id": uuid4(), "kind": kind, "mode": None, "agent_id": None, "call_sid": "CA1", "is_called": True,
        "is_in_room": True, "is_gone": False, "was_in_room": True, "is_held": False,
    }  # fmt: skip
    return Party(**{**known, **facts})  # type: ignore[arg-type]


def room(*parties: Party, **facts: object) -> Room:
    known = {
        "is_active": True, "is_over": False, "agent_id": None, "customer_is_gone": False, "is_held": False,
        "can_hold": True, "is_changing": False, "focus": None,
    }  # fmt: skip
    return Room(**{**known, **facts}, parties=parties)  # type: ignore[arg-type]


@st.composite
def rooms(draw: st.DrawFn) -> Room:
    """A room with an agent and a guest who is asked behind the customer's back, in any condition."""
    is_held = draw(st.booleans())
    guest = party(
        "guest",
        mode=draw(st.sampled_from([GuestMode.CONSULT, GuestMode.CONFERENCE])),
        is_in_room=draw(st.booleans()),
        is_called=draw(st.booleans()),
        is_held=draw(st.booleans()),
    )
    return room(
        party("agent"),
        guest,
        is_held=is_held,
        can_hold=not is_held,
        is_changing=draw(st.booleans()),
        focus=draw(st.sampled_from(list(Focus))),
    )


def hear_each_other(of: Room) -> bool:
    guest = of.parties[1]
    return guest.is_in_room and not guest.is_held and not of.is_held


def done(of: Room, step: Step) -> Room:
    """The room after the carrier has done one step."""
    agent, guest = of.parties
    facts = {name: getattr(guest, name) for name in Party.__slots__}
    match step.deed:
        case Deed.HOLD if step.party is None:
            return room(agent, guest, is_held=True, can_hold=False, focus=of.focus)
        case Deed.RESUME if step.party is None:
            return room(agent, guest, is_held=False, can_hold=True, focus=of.focus)
        case Deed.HOLD | Deed.RESUME:
            facts["is_held"] = step.deed == Deed.HOLD
        case Deed.CALL:
            facts |= {"is_called": True, "is_in_room": True, "is_held": False}
    return room(agent, Party(**facts), is_held=of.is_held, can_hold=of.can_hold, focus=of.focus)


@given(rooms())
def test_guest_and_customer_are_brought_together_by_nothing_but_a_merge(start: Room) -> None:
    for step in steps(start):
        if not hear_each_other(start) and hear_each_other(done(start, step)):
            assert start.focus == Focus.ALL


@given(rooms())
def test_doing_what_is_due_comes_to_the_focus_and_then_to_rest(start: Room) -> None:
    here = start
    for _ in range(6):
        due = [step for step in steps(here) if step.deed != Deed.FOCUS_REACHED]
        for step in due:
            here = done(here, step)
        if not due:
            break
    assert not [step for step in steps(here) if step.deed != Deed.FOCUS_REACHED]
    guest = here.parties[1]
    if guest.is_in_room:
        expected = {
            Focus.CUSTOMER: (False, True),
            Focus.GUEST: (True, False),
            Focus.ALL: (False, False),
            Focus.NOBODY: (True, True),
        }
        assert here.focus is not None
        assert (here.is_held, guest.is_held) == expected[here.focus]


def test_nobody_stays_when_the_customer_is_gone() -> None:
    gone = room(party("agent"), party("guest"), party("supervisor"), customer_is_gone=True)
    assert [step.deed for step in steps(gone)] == [Deed.END] * 3


def test_a_transferred_customer_is_let_go_when_the_target_leaves() -> None:
    target = party("guest", mode=GuestMode.TRANSFER, is_gone=True, is_in_room=False)
    assert steps(room(target, is_active=False, is_over=True)) == [Step(Deed.END)]
