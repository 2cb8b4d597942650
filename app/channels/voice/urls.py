"""Addresses of our voice webhooks as the carrier must call them. Every one names the contact or the leg, so that a
callback can be matched although the REST answer that carries its sid has not arrived yet."""

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

from app.announcements.models import path_of

PREFIX = "/webhooks/twilio/voice"
CHECK_PATH = "check"  # only looks at the signature: `switchboard doctor --twilio` asks it
# Twilio's connection overrides: retry what fails quickly; duplicates are harmless here
# (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
OVERRIDES = "#rc=2&rp=ct,rt,5xx&rt=5000&tt=14000"

UrlFor = Callable[..., str]


class VoiceUrls:
    """Builds absolute addresses below the configured public one."""

    def __init__(self, public_base_url: str):
        self._base = public_base_url + PREFIX
        self._site = public_base_url

    def of_contact(self, contact_id: UUID) -> UrlFor:
        """`url(path, **query)` with the contact in the query."""
        contact = str(contact_id)

        def url(path: str, **query: str) -> str:
            return f"{self._base}/{path}?{urlencode({'contact': contact, **query})}"

        return url

    def of_leg(self, path: str, leg_id: UUID) -> str:
        """The address for news of one leg."""
        return f"{self._base}/{path}?leg={leg_id}"

    def of_recording(self, recording_id: UUID) -> str:
        """The address for news of one recording."""
        return f"{self._base}/recording?recording={recording_id}"

    def sound(self, token: str) -> str:
        """The address of an announcement's sound."""
        return self._site + path_of(token)

    def music(self) -> str:
        """What waiting and held customers hear where no queue and no site has music of its own."""
        return f"{self._site}/media/hold-music.wav"
