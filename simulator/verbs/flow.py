"""Redirect, Hangup, Reject, Leave."""

from xml.etree.ElementTree import Element

from simulator.calls import CallStatus
from simulator.execution import Execution, Outcome, Step
from simulator.sources import Fetch

REDIRECT_KINDS = {
    "voice": "voice.redirect",
    "enqueue-wait": "voice.queue_wait",
    "conference-wait": "voice.conference_wait",
}


async def redirect(run: Execution, element: Element) -> Step:
    """Go on with another document."""
    url = run.resolve((element.text or "").strip())
    return Fetch(url, REDIRECT_KINDS[run.context], element.get("method", "POST"), run.extra)


async def hangup(run: Execution, element: Element) -> Step:
    """End the call."""
    return Outcome.HANGUP


async def reject(run: Execution, element: Element) -> Step:
    """Refuse an inbound call that was not answered; an answered call just ends."""
    if run.call.status is not CallStatus.RINGING:
        return Outcome.HANGUP
    return Outcome.REJECTED_BUSY if element.get("reason") == "busy" else Outcome.REJECTED


async def leave(run: Execution, element: Element) -> Step:
    """Leave the queue (the checker allows it in an enqueue-wait document only)."""
    return Outcome.LEAVE
