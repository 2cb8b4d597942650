"""Fetches the files customers send, once, from the carrier and from nowhere else, into our object storage.

The address comes in a webhook, so it is checked although the webhook was signed: it must be one of our account's at the
carrier's API. The API answers with a redirect to the carrier's content network
(https://www.twilio.com/docs/messaging/api/media-resource); that one step is followed, without our credentials, and no
other. What the file is, its own headers say; what a browser might run is not taken.
"""

import asyncio
import io
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import httpx
import structlog

from app.contacts import messages
from app.core import objects
from app.core.db import Database
from app.core.jobs import Payload
from app.core.objects import ObjectStore
from app.core.settings import Settings

log = structlog.get_logger()

JOB = "messaging.media"
SECONDS = 60.0  # for one file, redirect included
CDN: Final = r"([a-z0-9-]+\.)+twiliocdn\.com(:443)?"  # neither another port nor a name before an @
TYPES: Final = frozenset(
    {
        "image/jpeg", "image/png", "image/gif", "image/webp", "image/heic",
        "audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr", "audio/3gpp", "audio/wav", "audio/x-wav",
        "video/mp4", "video/3gpp", "video/quicktime",
        "application/pdf", "text/vcard", "text/x-vcard", "text/plain", "text/csv",
    }
)  # fmt: skip
MAX_TRIES = 6


class Refused(Exception):
    """The file is not taken, now or ever; the message says why, as the console knows it."""


class NotYet(Exception):
    """The carrier could not give it now."""


@dataclass(frozen=True, slots=True)
class _File:
    content_type: str
    data: bytes


class MediaFetcher:
    """The job handler of `messaging.media`."""

    def __init__(
        self,
        database: Database,
        files: ObjectStore,
        settings: Settings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ):
        self._database = database
        self._files = files
        self._api = urlsplit(settings.twilio_api_base_url)
        self._account = f"/2010-04-01/Accounts/{settings.twilio_account_sid}/Messages/"
        self._auth = (settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value())
        self._limit = settings.message_file_max_mb * 1024 * 1024
        self._transport = transport

    async def fetch(self, payload: Payload) -> None:
        """Fetch one file. Raises NotYet, so that the job runs again."""
        attachment_id = UUID(payload["attachment_id"])
        async with self._database.read() as reader:
            url = await reader.fetchval(
                "select source_url from message_attachments where id = $1 and state = 'pending'",
                attachment_id,
            )
        if url is None:
            return
        try:
            async with asyncio.timeout(SECONDS):
                file = await self._get(url)
        except Refused as refusal:
            log.warning("a file of a customer's message was refused", reason=str(refusal))
            await self._settle(attachment_id, "refused", str(refusal))
            return
        except (httpx.HTTPError, TimeoutError, NotYet) as error:
            if await self._counted(attachment_id) >= MAX_TRIES:
                await self._settle(attachment_id, "failed", "not_available")
                return
            raise NotYet(type(error).__name__) from error
        await self._store(attachment_id, file)

    async def _get(self, url: str) -> _File:
        self._check_own(url)
        # a client of its own: nothing of another request (cookies, connections) meets what an outsider's address says
        async with httpx.AsyncClient(
            timeout=httpx.Timeout(10.0, connect=3.0), follow_redirects=False, transport=self._transport
        ) as client:
            async with client.stream("GET", url, auth=self._auth) as response:
                if not response.is_redirect:
                    return await self._read(response)
                target = urljoin(url, response.headers.get("location", ""))
            parts = urlsplit(target)
            if parts.scheme != "https" or not re.fullmatch(CDN, parts.netloc.lower()):
                raise Refused("not_from_carrier")
            async with client.stream("GET", target) as response:
                if response.is_redirect:
                    raise Refused("not_from_carrier")
                return await self._read(response)

    def _check_own(self, url: str) -> None:
        try:
            parts = urlsplit(url)
        except ValueError:
            raise Refused("not_from_carrier") from None
        ours = (parts.scheme, parts.netloc) == (self._api.scheme, self._api.netloc)
        if not ours or not parts.path.startswith(self._account) or ".." in parts.path or "\\" in url:
            raise Refused("not_from_carrier")

    async def _read(self, response: httpx.Response) -> _File:
        if response.status_code in (404, 410):
            raise Refused("gone")
        if not response.is_success:
            raise NotYet(f"answered {response.status_code}")
        kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind not in TYPES:
            raise Refused("type_not_taken")
        data = bytearray()
        async for chunk in response.aiter_bytes():
            data += chunk
            if len(data) > self._limit:
                raise Refused("too_large")
        return _File(kind, bytes(data))

    async def _store(self, attachment_id: UUID, file: _File) -> None:
        stored = await objects.write(
            self._database,
            self._files,
            purpose="messages",
            content_type=file.content_type,
            source=io.BytesIO(file.data),
        )
        async with self._database.transaction() as tx:
            message_id = await tx.fetchval(
                "select message_id from message_attachments where id = $1 and state = 'pending' for update",
                attachment_id,
            )
            if message_id is None:
                return  # another run was faster; what this one wrote is tidied away
            object_id = await objects.keep(tx, stored)
            await tx.execute(
                """update message_attachments set state = 'stored', object_id = $2, content_type = $3,
                     size_bytes = $4 where id = $1""",
                attachment_id,
                object_id,
                file.content_type,
                len(file.data),
            )
            await messages.tell_changed(tx, message_id)

    async def _counted(self, attachment_id: UUID) -> int:
        async with self._database.transaction() as tx:
            tries: int | None = await tx.fetchval(
                "update message_attachments set tries = tries + 1 where id = $1 returning tries",
                attachment_id,
            )
        return tries or MAX_TRIES

    async def _settle(self, attachment_id: UUID, state: str, reason: str) -> None:
        async with self._database.transaction() as tx:
            message_id = await tx.fetchval(
                """update message_attachments set state = $2, reason = $3 where id = $1 and state = 'pending'
                   returning message_id""",
                attachment_id,
                state,
                reason,
            )
            if message_id is not None:
                await messages.tell_changed(tx, message_id)
