"""Who is in a room, as the carrier sees it."""

from typing import Any

from app.channels.twilio.client import TwilioClient


async def people(client: TwilioClient, room: str) -> list[dict[str, Any]]:
    """Everybody in the live conference of this name, those whose telephone still rings included. Each carries
    `conference_sid`, `call_sid`, `label`, `status` and `hold`. Raises ProviderError."""
    found: list[dict[str, Any]] = []
    for conference in await client.live_conferences(room):
        sid = conference["sid"]
        found += [{**participant, "conference_sid": sid} for participant in await client.participants(sid)]
    return found
