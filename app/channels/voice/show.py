"""Keeps what the agent sees of a call (`contacts.media`) true to the call's row."""

from typing import Any
from uuid import UUID

from app.channels.voice.calls import CallState
from app.contacts import repository as contact_rows
from app.contacts.events import ContactChanged, Control
from app.core.db import Transaction

_KEEP: Any = object()


async def show(
    tx: Transaction,
    contact_id: UUID,
    *,
    state: CallState | None = None,
    pending: Any = _KEEP,
    settled: Control | None = None,
    error: Any = _KEEP,
    held_since: Any = _KEEP,
    parties: Any = _KEEP,
    guest_ended: Any = _KEEP,
    is_hold_long: Any = _KEEP,
) -> None:
    """Change the named parts and tell the agent. `held_since` is a time or None; `settled` is the control that is
    not pending any more (a later one stays); `parties` as `parties.shown` makes them; `guest_ended`: what became of the
    last guest; `is_hold_long`: the agent is reminded that everybody is on hold."""
    contact = await contact_rows.get(tx, contact_id)
    media = dict(contact.media)
    if state is not None:
        media["call_state"] = state.value
    if pending is not _KEEP:
        media["pending_command"] = pending
    if settled is not None and media.get("pending_command") == settled.value:
        media["pending_command"] = None
    if error is not _KEEP:
        media["command_error"] = error
    if held_since is not _KEEP:
        media["held_since"] = held_since.isoformat() if held_since else None
    if parties is not _KEEP and media.get("parties", []) != parties:
        media["parties"] = parties
    if guest_ended is not _KEEP and media.get("guest_ended") != guest_ended:
        media["guest_ended"] = guest_ended
    if is_hold_long is not _KEEP and media.get("is_hold_long", False) != is_hold_long:
        media["is_hold_long"] = is_hold_long
    if media == contact.media:
        return
    changed = await contact_rows.change(tx, contact_id, {"media": media})
    await tx.publish(ContactChanged(changed))
