"""Keeps what the agent sees of the recording (`contacts.media.recording`) true to its row."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.contacts import repository as contact_rows
from app.contacts.events import ContactChanged
from app.core.db import Transaction

_KEEP: Any = object()


async def show(
    tx: Transaction,
    contact_id: UUID,
    *,
    state: str | None = None,
    pending: Any = _KEEP,
    paused_until: Any = _KEEP,
    error: Any = _KEEP,
) -> None:
    """Change the named parts and tell the agent. `state`: starting, recording, paused, stopped, failed; `pending`:
    pause, resume or None; a state is shown only when the carrier has said so."""
    contact = await contact_rows.get(tx, contact_id)
    before = contact.media.get("recording") or {}
    shown = {"state": "starting", "pending": None, "paused_until": None, "error": None, **before}
    if state is not None:
        shown["state"] = state
    if pending is not _KEEP:
        shown["pending"] = pending
    if paused_until is not _KEEP:
        shown["paused_until"] = paused_until.isoformat() if isinstance(paused_until, datetime) else None
    if error is not _KEEP:
        shown["error"] = error
    if shown == before:
        return
    changed = await contact_rows.change(tx, contact_id, {"media": {**contact.media, "recording": shown}})
    await tx.publish(ContactChanged(changed))
