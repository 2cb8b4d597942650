"""Which package hears which domain event, in the order of the lines here, and which channel serves which port."""

from app.channels.chat import handlers as chat
from app.channels.chat.outlet import ChatOutlet
from app.channels.messaging import handlers as messaging
from app.channels.messaging.outlet import MessagingOutlet
from app.channels.voice import handlers as voice
from app.channels.voice.farewell import VoiceOutlet
from app.console import handlers as console
from app.core.events import EventRegistry
from app.core.settings import Settings
from app.routing import callback_handlers, promises
from app.routing.outlets import Outlets
from app.supervision import handlers as supervision


def event_registry() -> EventRegistry:
    """The registry every process of the product uses: the same handlers run wherever a change is made."""
    registry = EventRegistry()
    promises.subscribe(registry)
    callback_handlers.subscribe(registry)
    voice.subscribe(registry)
    console.subscribe(registry)
    messaging.subscribe(registry)  # its yes connects at once, which the console must not hear before the yes
    chat.subscribe(registry)  # as messaging
    supervision.subscribe(registry)
    return registry


def outlets(settings: Settings) -> Outlets:
    """What each channel can do for a contact that leaves its queue without an agent."""
    return Outlets(
        {"voice": VoiceOutlet(settings), "messaging": MessagingOutlet(settings), "chat": ChatOutlet(settings)}
    )
