"""Asks the web services that flows ask, outside any transaction, and lets go of those nobody waits for any more."""

from uuid import UUID

import httpx
import structlog

from app.core.db import Database
from app.core.jobs import Payload
from app.core.outside import BadAnswer, Outside, RefusedAddress
from app.selfservice import requests
from app.selfservice.requests import WebRequest
from app.selfservice.values import picked

log = structlog.get_logger()


class WebRequester:
    """The job handler of `selfservice.request`, and the timer beside it."""

    def __init__(self, database: Database, outside: Outside):
        self._database = database
        self._outside = outside

    async def ask(self, payload: Payload) -> None:
        """Ask once. A fault is an answer too: the contact goes on by the node's other way, and nothing is repeated."""
        async with self._database.read() as reader:
            request = await requests.waiting(reader, UUID(payload["request_id"]))
        if request is None:
            return
        values, reason = await self._answer(request)
        async with self._database.transaction() as tx:
            await requests.finish(tx, request, values=values, reason=reason)

    async def _answer(self, request: WebRequest) -> tuple[dict[str, str] | None, str | None]:
        asked = request.request
        seconds = min(float(asked["seconds"]), request.seconds_left)
        if seconds <= 0:
            return None, "too_late"
        try:
            answer = await self._outside.ask_json(
                asked["method"], asked["url"], body=asked["body"], key=str(request.id), seconds=seconds
            )
        except RefusedAddress as error:
            log.warning("a flow may not ask this address", why=str(error), contact_id=str(request.contact_id))
            return None, "refused"
        except (TimeoutError, BadAnswer, httpx.HTTPError) as error:
            log.warning(
                "a web service did not answer a flow", why=str(error) or type(error).__name__,
                contact_id=str(request.contact_id),
            )  # fmt: skip
            is_late = isinstance(error, TimeoutError | httpx.TimeoutException)
            return None, "too_late" if is_late else "no_answer"
        return picked(answer, asked["results"]), None

    async def give_up_due(self) -> int:
        """Requests whose time is over have failed; returns how many."""
        async with self._database.read() as reader:
            due = await requests.overdue(reader)
        for request in due:
            async with self._database.transaction() as tx:
                await requests.finish(tx, request, values=None, reason="too_late")
        return len(due)
