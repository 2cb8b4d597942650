"""How much one agent has at once (R17, R29). Pure.

Units are for what takes the whole attention: a call costs one, and an agent has one unless told otherwise. A contact of
a channel of text takes a message slot (`agent_states.message_slots`, 3 unless told otherwise) and no unit. Somebody on
the telephone is not rung for a message, since a missed offer would be held against them; somebody who writes may be
called, since a conversation by message can wait for a minute and a caller should not wait for it.
"""

from typing import Any, Final

TEXT_CHANNELS: Final = ("messaging", "chat")
_CALLS: Final = ("voice", "callback")

# Next to nothing, so that the slots decide how many; more than nothing, so that an agent without a unit left is full.
_TEXT_COST: Final = 0.001

ENGINE_RULES: Final[dict[str, Any]] = {
    "channel_cost": dict.fromkeys(TEXT_CHANNELS, _TEXT_COST),
    "interrupts": {call: list(TEXT_CHANNELS) for call in _CALLS},
}


def takes_slot(channel: str) -> bool:
    """Whether a contact of this channel takes a message slot instead of units."""
    return channel in TEXT_CHANNELS
