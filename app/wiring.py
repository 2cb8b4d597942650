"""Which package hears which domain event. The order within an event is the order of the lines here."""

from app.channels.voice import handlers as voice
from app.console import handlers as console
from app.core.events import EventRegistry


def event_registry() -> EventRegistry:
    """The registry every process of the product uses: the same handlers run wherever a change is made."""
    registry = EventRegistry()
    voice.subscribe(registry)
    console.subscribe(registry)
    return registry
