"""What other packages may do with contacts, offers and agents: the use cases of routing under one name.

Each stands in the module of its own: `queueing.py`, `assigning.py`, `offering.py`, `conversation.py`,
`transfer.py`, `handover.py`.
"""

from app.routing.assigning import Proposal, Refusal, make_offers
from app.routing.conversation import (
    WRAP_UP_EXTENSION,
    complete_wrap_up,
    customer_left,
    extend_wrap_up,
    requeue_active,
    start_wrap_up,
)
from app.routing.dial_out import take_in_hand
from app.routing.handover import hand_over
from app.routing.offering import (
    accept_offer,
    connected,
    expire_accepting,
    expire_offer,
    fail_accepting,
    miss_offer,
    reject_offer,
    withdraw_all_of,
    withdraw_offer,
)
from app.routing.queueing import Memory, QueueRequest, enqueue, mark_contact
from app.routing.transfer import transfer_to_agent, transfer_to_queue

__all__ = [
    "WRAP_UP_EXTENSION",
    "Memory",
    "Proposal",
    "QueueRequest",
    "Refusal",
    "accept_offer",
    "complete_wrap_up",
    "connected",
    "customer_left",
    "enqueue",
    "expire_accepting",
    "expire_offer",
    "extend_wrap_up",
    "fail_accepting",
    "hand_over",
    "make_offers",
    "mark_contact",
    "miss_offer",
    "reject_offer",
    "requeue_active",
    "start_wrap_up",
    "take_in_hand",
    "transfer_to_agent",
    "transfer_to_queue",
    "withdraw_all_of",
    "withdraw_offer",
]
