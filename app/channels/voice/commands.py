"""Commands to the carrier: written with the change that causes them, sent by a job, looked for before repeating.

A create has no idempotency key at the carrier, so after a crash or a time-out the leg is looked up by its label
before anything else is decided. Commands that set a state may be repeated. A command that no longer fits (the
caller has hung up) is dropped at the moment of sending.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core import jobs
from app.core.db import Reader, Transaction
from app.core.ids import new_id

JOB = "voice.command"


class CommandKind(StrEnum):
    """What the carrier is told to do."""

    CREATE_AGENT_LEG = "create_agent_leg"
    CALL_CUSTOMER = "call_customer"
    DIAL_CUSTOMER = "dial_customer"
    MOVE_CUSTOMER = "move_customer"
    HOLD = "hold"
    RESUME = "resume"
    END_CALL = "end_call"
    END_LEG = "end_leg"
    DISMISS_LEG = "dismiss_leg"
    RETURN_TO_QUEUE = "return_to_queue"
    SAY_GOODBYE = "say_goodbye"
    START_RECORDING = "start_recording"
    PAUSE_RECORDING = "pause_recording"
    RESUME_RECORDING = "resume_recording"
    ASK_SURVEY = "ask_survey"
    TAKE_MESSAGE = "take_message"
    STOP_RECORDING = "stop_recording"
    CREATE_GUEST_LEG = "create_guest_leg"
    CREATE_SUPERVISOR_LEG = "create_supervisor_leg"
    SET_PARTY = "set_party"


class CommandState(StrEnum):
    """How far it is."""

    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Command:
    """One row of `voice_commands`."""

    id: UUID
    contact_id: UUID
    leg_id: UUID | None
    kind: CommandKind
    state: CommandState
    attempts: int
    sent_at: datetime | None
    args: dict[str, Any]


_COLUMNS = "id, contact_id, leg_id, kind, state, attempts, sent_at, args"


async def order(
    tx: Transaction,
    contact_id: UUID,
    kind: CommandKind,
    *,
    leg_id: UUID | None = None,
    args: Mapping[str, Any] | None = None,
) -> UUID:
    """Write a command and the job that sends it; both go with this transaction's commit. `args`: what its kind needs
    to be told, as JSON."""
    command_id = new_id()
    await tx.execute(
        "insert into voice_commands (id, contact_id, leg_id, kind, args) values ($1, $2, $3, $4, $5)",
        command_id,
        contact_id,
        leg_id,
        kind.value,
        dict(args or {}),
    )
    await jobs.enqueue(tx, JOB, {"command_id": str(command_id)})
    return command_id


async def get(reader: Reader, command_id: UUID) -> Command | None:
    """One command."""
    row = await reader.fetchrow(f"select {_COLUMNS} from voice_commands where id = $1", command_id)  # noqa: S608
    if row is None:
        return None
    values = dict(row.items())
    values["kind"], values["state"] = CommandKind(values["kind"]), CommandState(values["state"])
    return Command(**values)


async def mark_sending(tx: Transaction, command_id: UUID) -> None:
    """From here on the outcome is unknown until `settle`."""
    await tx.execute(
        """update voice_commands set state = 'sending', attempts = attempts + 1,
             sent_at = coalesce(sent_at, switchboard_now()) where id = $1""",
        command_id,
    )


async def unsend(tx: Transaction, command_id: UUID) -> None:
    """The carrier refused before doing anything: the next attempt is a first one."""
    await tx.execute("update voice_commands set state = 'pending', sent_at = null where id = $1", command_id)


async def is_open(reader: Reader, leg_id: UUID, kind: CommandKind) -> bool:
    """Whether such a command for this leg is still to be carried out."""
    return bool(
        await reader.fetchval(
            """select exists (select from voice_commands
                              where leg_id = $1 and kind = $2 and state in ('pending', 'sending'))""",
            leg_id,
            kind.value,
        )
    )


async def last_args(reader: Reader, leg_id: UUID, kind: CommandKind) -> dict[str, Any] | None:
    """What the newest such command for this leg says that has not failed; None when there is none."""
    found: dict[str, Any] | None = await reader.fetchval(
        """select args from voice_commands where leg_id = $1 and kind = $2 and state in ('pending', 'sending', 'done')
           order by created_at desc, id desc limit 1""",
        leg_id,
        kind.value,
    )
    return found


async def is_open_for_customer(reader: Reader, contact_id: UUID, *kinds: CommandKind) -> bool:
    """Whether a command of these kinds about the contact's customer is still to be carried out."""
    return bool(
        await reader.fetchval(
            """select exists (select from voice_commands where contact_id = $1 and kind = any($2)
                                and state in ('pending', 'sending'))""",
            contact_id,
            [kind.value for kind in kinds],
        )
    )


async def was_ordered(reader: Reader, leg_id: UUID, kind: CommandKind) -> bool:
    """Whether such a command was ever given for this leg."""
    return bool(
        await reader.fetchval(
            "select exists (select from voice_commands where leg_id = $1 and kind = $2)", leg_id, kind.value
        )
    )


async def settle(tx: Transaction, command_id: UUID, state: CommandState, error: str | None = None) -> None:
    """The outcome is known."""
    await tx.execute(
        "update voice_commands set state = $2, error = $3, done_at = switchboard_now() where id = $1",
        command_id,
        state.value,
        error,
    )
