"""Twilio's REST API, the few calls we need, with a timeout on each and errors that say what may be done next.

Source: Twilio's OpenAPI document twilio_api_v2010 (2026-04-14). Creates carry no idempotency key there, so a
create whose outcome is unknown must be looked for, never repeated blindly.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Self

import httpx

from app.core.settings import Settings

TIMEOUT = httpx.Timeout(8.0, connect=3.0)
DOWNLOAD_PIECE_BYTES = 256 * 1024
DOWNLOAD_SECONDS = 120.0  # for the whole sound of one recording
API_PREFIX = "/2010-04-01/Accounts"

Fields = Mapping[str, str | Sequence[str]]
NOT_IN_PROGRESS = 21220  # "call is not in-progress": the party has gone


class ProviderError(Exception):
    """A REST call that did not succeed. `is_retryable`: the provider refused before doing anything, or the call
    sets a state and may be repeated. `is_outcome_unknown`: it may or may not have been done."""

    def __init__(
        self,
        message: str,
        *,
        status: int | None,
        code: int | None,
        is_retryable: bool,
        is_outcome_unknown: bool,
    ):
        super().__init__(message)
        self.status = status
        self.code = code
        self.is_retryable = is_retryable
        self.is_outcome_unknown = is_outcome_unknown

    @property
    def is_gone(self) -> bool:
        """The call, participant or conference is over."""
        return self.status == 404 or self.code == NOT_IN_PROGRESS


class TwilioClient:
    """One HTTP connection pool per process."""

    def __init__(self, settings: Settings, *, transport: httpx.AsyncBaseTransport | None = None):
        self._account = f"{API_PREFIX}/{settings.twilio_account_sid}"
        self._http = httpx.AsyncClient(
            base_url=settings.twilio_api_base_url,
            auth=(settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value()),
            timeout=TIMEOUT,
            transport=transport,
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        """The client itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the pool."""
        await self._http.aclose()

    async def create_participant(self, conference: str, fields: Fields) -> dict[str, Any]:
        """Call somebody into a conference, which is made when there is none of this name."""
        return await self._request("POST", f"/Conferences/{conference}/Participants.json", fields)

    async def update_participant(
        self, conference_sid: str, participant: str, fields: Fields
    ) -> dict[str, Any]:
        """Hold, mute, …; `participant` is a call sid or a label."""
        return await self._request(
            "POST", f"/Conferences/{conference_sid}/Participants/{participant}.json", fields
        )

    async def create_call(self, fields: Fields) -> dict[str, Any]:
        """Ring somebody; what happens when they answer is asked of `Url`."""
        return await self._request("POST", "/Calls.json", fields)

    async def update_call(self, call_sid: str, fields: Fields) -> dict[str, Any]:
        """Redirect or end a live call."""
        return await self._request("POST", f"/Calls/{call_sid}.json", fields)

    async def fetch_call(self, call_sid: str) -> dict[str, Any]:
        """One call."""
        return await self._request("GET", f"/Calls/{call_sid}.json")

    async def create_message(self, fields: Fields) -> dict[str, Any]:
        """Send an SMS or a WhatsApp message."""
        return await self._request("POST", "/Messages.json", fields)

    async def messages(self, *, to: str, from_: str) -> list[dict[str, Any]]:
        """The newest messages from one address to another, newest first."""
        query = {"To": to, "From": from_, "PageSize": "50"}
        answer = await self._request("GET", "/Messages.json", query=query)
        found: list[dict[str, Any]] = answer["messages"]
        return found

    async def live_conferences(self, name: str) -> list[dict[str, Any]]:
        """Conferences of this name that are not over. One that somebody is alone in is `init`, not yet
        `in-progress`, so the status cannot be asked for."""
        answer = await self._request("GET", "/Conferences.json", query={"FriendlyName": name})
        return [found for found in answer["conferences"] if found["status"] != "completed"]

    async def participants(self, conference_sid: str) -> list[dict[str, Any]]:
        """Who is in a conference."""
        answer = await self._request("GET", f"/Conferences/{conference_sid}/Participants.json")
        found: list[dict[str, Any]] = answer["participants"]
        return found

    async def create_recording(self, call_sid: str, fields: Fields) -> dict[str, Any]:
        """Record a live call from now on."""
        return await self._request("POST", f"/Calls/{call_sid}/Recordings.json", fields)

    async def update_recording(self, call_sid: str, recording_sid: str, fields: Fields) -> dict[str, Any]:
        """Pause, resume or stop a call's recording."""
        return await self._request("POST", f"/Calls/{call_sid}/Recordings/{recording_sid}.json", fields)

    async def recordings_of_call(self, call_sid: str) -> list[dict[str, Any]]:
        """All recordings of a call, ended ones included."""
        answer = await self._request("GET", f"/Calls/{call_sid}/Recordings.json")
        found: list[dict[str, Any]] = answer["recordings"]
        return found

    async def fetch_recording(self, recording_sid: str) -> dict[str, Any]:
        """How a recording stands."""
        return await self._request("GET", f"/Recordings/{recording_sid}.json")

    async def delete_recording(self, recording_sid: str) -> None:
        """Delete a recording and its sound."""
        await self._request("DELETE", f"/Recordings/{recording_sid}.json")

    async def download_recording(
        self, recording_sid: str, kind: str, *, channels: int, max_bytes: int, into: BinaryIO
    ) -> tuple[str, int]:
        """The sound of a recording, written `into` a file as it comes; returns its content type and how many bytes it
        has. `kind` is wav or mp3. The address is made of the sid, never taken from a callback, so our credentials go to
        no other host. Raises ProviderError, also for more than `max_bytes`."""
        path = f"{self._account}/Recordings/{recording_sid}.{kind}"
        try:
            async with (
                asyncio.timeout(DOWNLOAD_SECONDS),
                self._http.stream("GET", path, params={"RequestedChannels": str(channels)}) as response,
            ):
                if not response.is_success:
                    await response.aread()
                    raise _error(response)
                size = 0
                async for part in response.aiter_bytes(DOWNLOAD_PIECE_BYTES):
                    size += len(part)
                    if size > max_bytes:
                        raise _too_large(max_bytes)
                    await asyncio.to_thread(into.write, part)
                kind_of_content = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                return kind_of_content, size
        except (httpx.HTTPError, TimeoutError) as error:
            raise ProviderError(
                f"no sound: {type(error).__name__}",
                status=None,
                code=None,
                is_retryable=True,
                is_outcome_unknown=False,
            ) from error

    async def _request(
        self, method: str, path: str, fields: Fields | None = None, *, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        data = {k: v if isinstance(v, str) else list(v) for k, v in fields.items()} if fields else None
        try:
            response = await self._http.request(method, self._account + path, data=data, params=query)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ProviderError(
                f"could not connect: {type(error).__name__}",
                status=None,
                code=None,
                is_retryable=True,
                is_outcome_unknown=False,
            ) from error
        except httpx.HTTPError as error:
            raise ProviderError(
                f"no answer: {type(error).__name__}",
                status=None,
                code=None,
                is_retryable=False,
                is_outcome_unknown=True,
            ) from error
        if response.is_success:
            body: dict[str, Any] = response.json() if response.content else {}
            return body
        raise _error(response)


def _error(response: httpx.Response) -> ProviderError:
    try:
        body = response.json()
        code, message = body.get("code"), str(body.get("message", ""))
    except ValueError:
        code, message = None, ""
    status = response.status_code
    return ProviderError(
        f"{status} {code or ''} {message}".strip(),
        status=status,
        code=code if isinstance(code, int) else None,
        # 429: refused before doing anything. A 5xx may have been done.
        is_retryable=status == 429,
        is_outcome_unknown=status >= 500,
    )


def _too_large(max_bytes: int) -> ProviderError:
    return ProviderError(
        f"the sound is larger than {max_bytes} bytes",
        status=None,
        code=None,
        is_retryable=False,
        is_outcome_unknown=False,
    )
