"""The life of a contact as a table of allowed moves. Pure: no clock, no database.

new ──► self_service ──► queued ◄──► offered ──► active ──► wrap_up ──► closed
 └──────────┴──────────────┴────────────┴───────────┴──────────────────────▲
"""

from enum import StrEnum


class ContactState(StrEnum):
    """Where a contact stands."""

    NEW = "new"
    SELF_SERVICE = "self_service"
    QUEUED = "queued"
    OFFERED = "offered"
    ACTIVE = "active"
    WRAP_UP = "wrap_up"
    CLOSED = "closed"


class ContactMove(StrEnum):
    """What may happen to a contact."""

    START_SELF_SERVICE = "start_self_service"
    QUEUE = "queue"
    OFFER = "offer"
    REQUEUE = "requeue"  # the offer ended without a connection, or the agent was lost
    PAUSE = "pause"  # out of the queue for a while, to come back at the old place
    CHANGE_QUEUE = "change_queue"  # waits elsewhere from now on
    TAKE = "take"  # an agent begins it: it waits for nobody
    CONNECT = "connect"
    START_WRAP_UP = "start_wrap_up"
    CLOSE = "close"


class Outcome(StrEnum):
    """How a closed contact ended."""

    SOLVED_BY_SELF_SERVICE = "solved_by_self_service"
    ENDED_IN_SELF_SERVICE = "ended_in_self_service"
    OUT_OF_HOURS = "out_of_hours"
    HANDLED = "handled"
    ABANDONED_IN_SELF_SERVICE = "abandoned_in_self_service"
    ABANDONED_IN_QUEUE = "abandoned_in_queue"
    EXPIRED = "expired"  # nobody was free before the longest wait was over
    QUEUE_FULL = "queue_full"
    NO_AGENT = "no_agent"  # nobody of the queue was at work
    VOICEMAIL = "voicemail"  # left a message
    FAILED = "failed"
    CALLBACK_REQUESTED = "callback_requested"  # the customer goes on waiting as a callback
    CALLBACK_SETTLED = "callback_settled"  # the customer called by themselves
    CALLBACK_FAILED = "callback_failed"  # nobody answered, as often as allowed
    CALLBACK_CANCELLED = "callback_cancelled"
    ENDED_BY_SUPERVISOR = "ended_by_supervisor"


class IllegalMove(Exception):
    """The state does not allow the move."""

    def __init__(self, state: ContactState, move: ContactMove):
        super().__init__(f"a contact that is {state} cannot {move}")
        self.state = state
        self.move = move


_S = ContactState
_TABLE: dict[ContactMove, tuple[frozenset[ContactState], ContactState]] = {
    ContactMove.START_SELF_SERVICE: (frozenset({_S.NEW}), _S.SELF_SERVICE),
    ContactMove.QUEUE: (frozenset({_S.NEW, _S.SELF_SERVICE, _S.ACTIVE}), _S.QUEUED),
    ContactMove.OFFER: (frozenset({_S.QUEUED}), _S.OFFERED),
    ContactMove.REQUEUE: (frozenset({_S.OFFERED, _S.ACTIVE}), _S.QUEUED),
    ContactMove.PAUSE: (frozenset({_S.QUEUED, _S.OFFERED}), _S.NEW),
    ContactMove.CHANGE_QUEUE: (frozenset({_S.QUEUED}), _S.QUEUED),
    ContactMove.TAKE: (frozenset({_S.NEW}), _S.OFFERED),
    ContactMove.CONNECT: (frozenset({_S.OFFERED}), _S.ACTIVE),
    ContactMove.START_WRAP_UP: (frozenset({_S.ACTIVE}), _S.WRAP_UP),
    ContactMove.CLOSE: (frozenset(set(_S) - {_S.CLOSED}), _S.CLOSED),
}


def transition(state: ContactState, move: ContactMove) -> ContactState:
    """The state after the move. Raises IllegalMove."""
    sources, target = _TABLE[move]
    if state not in sources:
        raise IllegalMove(state, move)
    return target


def sources(move: ContactMove) -> list[str]:
    """The states from which a move is allowed, for compare-and-set statements."""
    return sorted(_TABLE[move][0])


def target(move: ContactMove) -> str:
    """The state a move leads to."""
    return _TABLE[move][1].value
