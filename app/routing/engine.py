"""The pure routing engine: time comes in as a number, effects go out; no clock, no chance, no I/O.

After every step no eligible pair of a waiting contact and an agent is left.
"""

from collections.abc import Mapping
from typing import Any, assert_never

from app.routing import agent_events, contact_events
from app.routing.admission import settle, tell_firsts
from app.routing.due import run_due
from app.routing.effects import QueueFull, Refused, as_dict
from app.routing.fields import InputError, is_finite
from app.routing.floor import Floor
from app.routing.inputs import (
    Abandon,
    Accept,
    Accepting,
    AgentAdd,
    AgentRemove,
    AgentState,
    AgentUpdate,
    Arrive,
    Back,
    ContactUpdate,
    Done,
    Event,
    Fail,
    Lost,
    QueueUpdate,
    Reject,
    Requeue,
    Take,
    Tick,
    Transfer,
    WrapupEnd,
)
from app.routing.matching import match_all
from app.routing.model import ContactState
from app.routing.reading import read_event
from app.routing.restore import restore_floor, snapshot


class Engine:
    """Which contact goes to which agent: `reset`, then `step` for every event, ticks at `next_deadline`.

    Wrong calls raise, wrong events do not. ValueError: a config of the wrong shape, a `t` that is not a
    finite number or lies before the last one. RuntimeError: a step before the first reset. Anything wrong
    with an event (not an object, unknown type, missing or malformed field, unknown id, too late, twice)
    gives the effect `reject` with the reason, and changes nothing.
    """

    def __init__(self) -> None:
        self._floor: Floor | None = None

    def reset(self, config: Mapping[str, Any], t0: float) -> None:
        """Start afresh at t0 with this config (contract, section 4.1), or put a running floor back.

        Further optional keys: `queues` {queue: rules}, see below;
        `reservation_timeouts` {channel: s or null}; `connect_timeout` 10 s; `grace` 15 s; `sticky_skip` false
        (true: a preferred agent who is offline or not in the queue is passed over for good); `remember` s
        (how long ended ids are known as duplicates; null: for ever); and, to put a floor back, `contacts`,
        `ended` and the agents' `idle_since`, `wrapup_until`, `lost_until` (see restore.py). What wins: a
        queue's reservation_timeout over the channel's over the floor's; a queue's wrapup over the floor's; of
        the two max_waiting both hold.

        Rules of a queue, also by `queue.update`: `wrapup` s, `reservation_timeout` s, `max_waiting` n, and

        - `calendar` (calendars.py; t is Unix seconds then) and `closed`: by hand, whatever the hours say (R22).
          `when_closed` refuse | wait: a contact that arrives while closed gets `queue.closed`, or is dormant
          till the opening. `at_close` serve | refuse | wait: what becomes of those who wait when the hours end.
          An offer outlives the hours; `at_close` decides about its contact when it comes back. Clocks of a
          dormant contact run on. Time to live wins over the closing of the same instant.
        - `unstaffed` wait | refuse: with `queue.unstaffed`, when every agent of the queue is offline or was lost
          for longer than the grace. A closed queue is closed, not unstaffed.
        - `rising` [[after s, priority], ...] (R26): priority of those who wait, from these instants of the true
          wait on. A rise never lowers; a contact's own `rising` wins over its queue's; a contact that was offered
          comes back with the priority its wait has earned meanwhile.
        - `order` idle | proficiency (R12): among agents of equal rank the largest sum of levels in the skills
          asked for now comes before the longest idle.
        - `ring` k (R30): up to k offers of one contact at once. Everyone who waits comes before a second bell of
          anybody; an offer that ends makes room for another agent; the contact waits again when all have ended.
          The first `accept` or `accepting` wins, the others are rescinded with "taken". The effect `offer` names
          the k > 1 of its round as `ring`. A new k counts from the
          next round; closing stops no bell.

        `interrupts` {channel: [channels]} (R29): contacts in hand of those channels take no units and exclude
        nothing when one of this channel is offered, not the other way round; slots always count. `gcmu` null |
        {"cost": {queue: c}, "rate": {agent: {queue: mu}}} (R31, off by default): what a freed agent takes among
        queues of equal rank, see matching.py.

        After putting contacts back, call step(t0, tick): what was overdue happens then. Raises ValueError
        (InputError) naming the field; the engine is as it was before.
        """
        _check_number(t0, "t0")
        self._floor = restore_floor(config, t0)

    def step(self, t: float, event: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What is due at t, then the event, then matching; the effects in the order they happened.

        The events are those of inputs.py, read by reading.py; what each does, and why it may be refused, is
        said in contact_events.py and agent_events.py. A contact with the effect `contact.expired`,
        `queue.full`, `queue.closed` or `queue.unstaffed` has ended. `contact.first` (R28) comes last: once
        for each virtual contact that has come first in its queue while somebody serves that; it is matched
        from `contact.update {virtual: false}` on. `contact.transfer` (R27) lets the agent go and lets the
        contact arrive in another queue."""
        floor = self._running()
        _check_number(t, "t")
        if t < floor.now:
            raise ValueError(f"t goes backwards: {t} after {floor.now}")
        floor.now, floor.is_unsettled = t, False
        _forget_old_ends(floor)
        run_due(floor)
        arrived = _take_in(floor, event)
        settle(floor)
        match_all(floor)
        if arrived is not None:
            _refuse_if_full(floor, arrived)
        tell_firsts(floor)
        effects = [as_dict(effect) for effect in floor.effects]
        floor.effects.clear()
        return effects

    def next_deadline(self) -> float | None:
        """The next instant at which something may change without input, None if there is none.

        Never later than the truth, and after a step always later than that step. After a reset that put
        contacts back it may be t0 itself.
        """
        floor = self._running()
        if floor.is_unsettled:
            return floor.now
        at = floor.deadlines.next()
        return at if at is None or at > floor.now else floor.now

    def snapshot(self) -> dict[str, Any]:
        """The whole state as a config: reset(snapshot, now) goes on exactly as this engine would."""
        return snapshot(self._running())

    def _running(self) -> Floor:
        if self._floor is None:
            raise RuntimeError("call reset first")
        return self._floor


def _check_number(t: object, name: str) -> None:
    if isinstance(t, bool) or not isinstance(t, int | float) or not is_finite(t):
        raise ValueError(f"{name} must be a finite number of seconds")


def _forget_old_ends(floor: Floor) -> None:
    """Drop ended ids that need not be known as duplicates any more; they stand in the order of their ends."""
    remember = floor.settings.remember
    while remember is not None and floor.ended:
        oldest, ended_at = next(iter(floor.ended.items()))
        if ended_at + remember > floor.now:
            break
        del floor.ended[oldest]


def _take_in(floor: Floor, raw: object) -> Arrive | None:
    """Apply the event; gives back a contact's arrival that was taken."""
    try:
        event = read_event(raw)
        refused = _apply(floor, event)
    except InputError as fault:
        event, refused = Tick(), str(fault)
    if refused is not None:
        floor.effects.append(Refused(refused))
        return None
    return event if isinstance(event, Arrive) else None


def _refuse_if_full(floor: Floor, arrived: Arrive) -> None:
    """Refuse a new contact that still waits when too many do; those that waited before stay (R21)."""
    contact = floor.contacts.get(arrived.contact)
    if contact is None or contact.state is not ContactState.WAITING or not floor.is_over_full(contact.queue):
        return
    floor.withdraw(contact)
    floor.end(contact)
    floor.effects.append(QueueFull(contact.id))


def _apply(floor: Floor, event: Event) -> str | None:
    match event:
        case Arrive():
            return contact_events.arrive(floor, event)
        case Take():
            return contact_events.take(floor, event)
        case Abandon():
            return contact_events.abandon(floor, event)
        case Done():
            return contact_events.finish(floor, event)
        case Transfer():
            return contact_events.transfer(floor, event)
        case Requeue():
            return contact_events.requeue(floor, event)
        case ContactUpdate():
            return contact_events.update(floor, event)
        case Accept():
            return contact_events.accept(floor, event)
        case Accepting():
            return contact_events.begin_accepting(floor, event)
        case Reject():
            return contact_events.refuse(floor, event)
        case Fail():
            return contact_events.fail(floor, event)
        case AgentState():
            return agent_events.change_state(floor, event)
        case AgentAdd():
            return agent_events.add_agent(floor, event)
        case AgentRemove():
            return agent_events.remove_agent(floor, event)
        case AgentUpdate():
            return agent_events.update_agent(floor, event)
        case Lost():
            return agent_events.lose_agent(floor, event)
        case Back():
            return agent_events.find_agent_again(floor, event)
        case WrapupEnd():
            return agent_events.finish_wrapup(floor, event)
        case QueueUpdate():
            return agent_events.update_queue(floor, event)
        case Tick():
            return None
        case _:
            assert_never(event)
