"""Flows as stored, and where each contact stands in its flow."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.batch import Batch
from app.core.db import Reader, Transaction
from app.core.errors import NotFound
from app.selfservice import statejson
from app.selfservice.definition import FlowDefinition
from app.selfservice.state import State

_definitions: dict[tuple[UUID, int], FlowDefinition] = {}  # published versions never change


async def definition(reader: Reader, flow_id: UUID, version: int) -> FlowDefinition:
    """One version of a flow; read once per process. Raises NotFound."""
    found = _definitions.get((flow_id, version))
    if found is None:
        row = await reader.fetchrow(
            "select definition from flow_versions where flow_id = $1 and version = $2", flow_id, version
        )
        if row is None:
            raise NotFound("there is no such version of this flow")
        found = _definitions[flow_id, version] = FlowDefinition.model_validate(row["definition"])
    return found


async def publish(
    tx: Transaction, *, flow_id: UUID, flow: FlowDefinition, created_by: UUID | None = None, why: str = ""
) -> int:
    """Store a flow as its next version and make it the one new contacts meet; returns the version."""
    await tx.execute(
        "insert into flows (id, key, name) values ($1, $2, $3) on conflict (id) do nothing",
        flow_id,
        flow.key,
        next(iter(flow.name.values()), flow.key),
    )
    await tx.fetchrow("select id from flows where id = $1 for update", flow_id)
    version: int = await tx.fetchval(
        "select coalesce(max(version), 0) + 1 from flow_versions where flow_id = $1", flow_id
    )
    stored = flow.model_copy(update={"version": version}).model_dump(mode="json")
    await tx.execute(
        "insert into flow_versions (flow_id, version, definition, created_by, why) values ($1, $2, $3, $4, $5)",
        flow_id,
        version,
        stored,
        created_by,
        why,
    )
    await tx.execute("update flows set published_version = $2 where id = $1", flow_id, version)
    return version


@dataclass(frozen=True, slots=True)
class Run:
    """Where a contact stands. `step` grows with every turn; `answer` is what the channel said last."""

    contact_id: UUID
    flow_id: UUID
    version: int
    step: int
    state: State
    answer: str | None
    search_id: UUID | None


def start(
    batch: Batch, *, contact_id: UUID, flow_id: UUID, version: int, state: State, answer: str | None
) -> None:
    """The contact meets the flow."""
    batch.add(
        "flow_run",
        """insert into flow_runs (contact_id, flow_id, version, step, state, answer)
           values ($1, $2, $3, $4, $5, $6)""",
        contact_id,
        flow_id,
        version,
        state.steps,
        statejson.to_json(state),
        answer,
    )


async def get_for_update(tx: Transaction, contact_id: UUID) -> Run | None:
    """The run, locked until the commit."""
    row = await tx.fetchrow(
        """select contact_id, flow_id, version, step, state, answer, search_id
           from flow_runs where contact_id = $1 for update""",
        contact_id,
    )
    if row is None:
        return None
    values: dict[str, Any] = {**dict(row.items()), "state": statejson.from_json(row["state"])}
    return Run(**values)


async def save(
    tx: Transaction, contact_id: UUID, *, state: State, answer: str | None, search_id: UUID | None
) -> None:
    """The turn is done."""
    await tx.execute(
        """update flow_runs set step = $2, state = $3, answer = $4, search_id = $5, updated_at = switchboard_now()
           where contact_id = $1""",
        contact_id,
        state.steps,
        statejson.to_json(state),
        answer,
        search_id,
    )
