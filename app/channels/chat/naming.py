"""Names the parts of the channel share: itself, and the topics by which its sockets are woken."""

from typing import Final

CHANNEL: Final = "chat"
MESSAGES: Final = "chat.messages:"  # a conversation has a message `seq`
STATE: Final = "chat.state:"  # something else about the conversation has changed
VISITOR: Final = "chat.visitor:"  # the visitor has another conversation, or none any more
