"""Writing flows: one draft each, checked and published as a version. A published version never changes.

New contacts meet the published version at once (`app/channels/voice/numbers.py` looks every two seconds); a contact in
self-service finishes in the version it began with.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.db import Reader, Record, Transaction
from app.core.errors import InvalidInput, NotFound
from app.selfservice import runs
from app.selfservice.comparing import differences
from app.selfservice.definition import FlowDefinition
from app.selfservice.errors import FlowChanged, FlowHasProblems
from app.selfservice.validation import Finding, Severity, validate


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow as its authors see it. `draft` is the published document while nobody has saved one (revision 0)."""

    id: UUID
    key: str
    published_version: int | None
    published_at: datetime | None
    published_by: str | None
    revision: int
    saved_at: datetime | None
    saved_by: str | None
    is_changed: bool  # the draft differs from what is published
    used_by: int  # addresses that answer with it
    draft: FlowDefinition


@dataclass(frozen=True, slots=True)
class FlowVersion:
    """One published state: when, by whom and why. `by` is null for what the system wrote."""

    version: int
    at: datetime
    by: str | None
    why: str
    is_published: bool


_FLOWS = """
select f.id, f.key, f.published_version, v.created_at as published_at, p.display_name as published_by,
       coalesce(d.revision, 0) as revision, d.saved_at, s.display_name as saved_by,
       (select count(*) from phone_numbers n where n.flow_id = f.id) as used_by,
       d.definition as draft, v.definition as published
from flows f
left join flow_versions v on v.flow_id = f.id and v.version = f.published_version
left join agents p on p.id = v.created_by
left join flow_drafts d on d.flow_id = f.id
left join agents s on s.id = d.saved_by"""


def _flow(row: Record) -> Flow:
    values = dict(row.items())
    raw, published = values.pop("draft"), values.pop("published")
    draft = FlowDefinition.model_validate(raw or published)
    is_changed = raw is not None and (
        published is None
        or draft.model_copy(update={"version": 1}) != _loaded(published).model_copy(update={"version": 1})
    )
    return Flow(**values, is_changed=is_changed, draft=draft)


def _loaded(document: dict[str, Any]) -> FlowDefinition:
    return FlowDefinition.model_validate(document)


async def listed(reader: Reader) -> list[Flow]:
    """Every flow, by key."""
    return [_flow(row) for row in await reader.fetch(f"{_FLOWS} order by f.key")]


async def get(reader: Reader, flow_id: UUID) -> Flow:
    """One flow with its draft. Raises NotFound."""
    row = await reader.fetchrow(f"{_FLOWS} where f.id = $1", flow_id)
    if row is None:
        raise NotFound("there is no such flow; GET /flows lists them")
    return _flow(row)


async def lock(tx: Transaction, flow_id: UUID) -> Flow:
    """One flow that nobody else changes until the commit. Raises NotFound."""
    await tx.execute("select from flows where id = $1 for update", flow_id)
    return await get(tx, flow_id)


async def create(
    tx: Transaction, flow_id: UUID, key: str, definition: FlowDefinition, *, by: UUID | None
) -> bool:
    """Begin a flow with a first draft; False when this id was made before. Raises InvalidInput naming `key`."""
    if await tx.fetchval("select true from flows where id = $1", flow_id):
        return False
    if await tx.fetchval("select true from flows where key = $1", key):
        raise InvalidInput.of("key", f"there is a flow {key} already; choose another key")
    name = definition.words(definition.name, definition.default_locale) or key
    await tx.execute("insert into flows (id, key, name) values ($1, $2, $3)", flow_id, key, name)
    await _write(tx, flow_id, key, definition, revision=1, by=by)
    return True


async def save(
    tx: Transaction, flow: Flow, definition: FlowDefinition, *, base_revision: int, by: UUID | None
) -> Flow:
    """Save the draft of a flow that is locked. What is equal to the draft changes nothing, so a repeat is harmless.

    The document's own `key` and `version` do not count. Raises FlowChanged when somebody saved since
    `base_revision`."""
    mine = _of_flow(definition, flow.key, flow.draft.version)
    if mine == flow.draft and base_revision in (flow.revision, flow.revision - 1):
        return flow
    check_base(flow, base_revision, mine)
    await _write(tx, flow.id, flow.key, definition, revision=flow.revision + 1, by=by)
    return await get(tx, flow.id)


def check_base(flow: Flow, base_revision: int, mine: FlowDefinition | None = None) -> None:
    """Raises FlowChanged unless the draft is still of this revision."""
    if base_revision == flow.revision:
        return
    raise FlowChanged(
        f"the draft is at revision {flow.revision}, your change was made from {base_revision}; "
        "merge with it and save from there",
        revision=flow.revision,
        current=flow.draft.model_dump(mode="json"),
        changes=differences(flow.draft, mine) if mine is not None else [],
    )


def _of_flow(definition: FlowDefinition, key: str, version: int) -> FlowDefinition:
    return definition.model_copy(update={"key": key, "version": version})


async def _write(
    tx: Transaction, flow_id: UUID, key: str, definition: FlowDefinition, *, revision: int, by: UUID | None
) -> None:
    next_version = await tx.fetchval(
        "select coalesce(max(version), 0) + 1 from flow_versions where flow_id = $1", flow_id
    )
    await tx.execute(
        """insert into flow_drafts (flow_id, revision, definition, saved_by) values ($1, $2, $3, $4)
           on conflict (flow_id) do update set revision = excluded.revision, definition = excluded.definition,
             saved_at = switchboard_now(), saved_by = excluded.saved_by""",
        flow_id,
        revision,
        _of_flow(definition, key, next_version).model_dump(mode="json"),
        by,
    )


async def problems(reader: Reader, definition: FlowDefinition) -> list[Finding]:
    """What is wrong with a flow in this installation, errors first."""
    queues = {row["key"] for row in await reader.fetch("select key from queues")}
    skills = {row["key"] for row in await reader.fetch("select key from skills")}
    return validate(definition, queues=queues, skills=skills)


async def publish(tx: Transaction, flow: Flow, *, base_revision: int, why: str, by: UUID | None) -> Flow:
    """Make the draft of a locked flow the version that new contacts meet. What is published already changes nothing.
    Raises FlowChanged, or FlowHasProblems when an error stands in the way."""
    check_base(flow, base_revision)
    if not flow.is_changed and flow.published_version is not None:
        return flow
    errors = [one for one in await problems(tx, flow.draft) if one.severity is Severity.ERROR]
    if errors:
        raise FlowHasProblems(errors)
    await runs.publish(tx, flow_id=flow.id, flow=flow.draft, created_by=by, why=why)
    name = flow.draft.words(flow.draft.name, flow.draft.default_locale) or flow.key
    await tx.execute("update flows set name = $2 where id = $1", flow.id, name)
    return await get(tx, flow.id)


async def versions(reader: Reader, flow_id: UUID) -> list[FlowVersion]:
    """Every published state, the newest first. Raises NotFound."""
    await get(reader, flow_id)
    rows = await reader.fetch(
        """select v.version, v.created_at as at, a.display_name as by, v.why,
                  v.version = f.published_version as is_published
           from flow_versions v join flows f on f.id = v.flow_id left join agents a on a.id = v.created_by
           where v.flow_id = $1 order by v.version desc""",
        flow_id,
    )
    return [FlowVersion(**{**dict(row.items()), "is_published": bool(row["is_published"])}) for row in rows]


async def document(reader: Reader, flow_id: UUID, version: int | None) -> FlowDefinition:
    """One published state, or the draft (None). Raises NotFound."""
    if version is None:
        return (await get(reader, flow_id)).draft
    return await runs.definition(reader, flow_id, version)


async def uses(reader: Reader, flow_id: UUID) -> list[dict[str, Any]]:
    """The addresses that answer with this flow: `{channel, address, label, locale, queue}`. Raises NotFound."""
    await get(reader, flow_id)
    rows = await reader.fetch(
        """select 'voice' as channel, n.number as address, n.label, n.locale, q.key as queue
           from phone_numbers n left join queues q on q.id = n.queue_id where n.flow_id = $1 order by n.number""",
        flow_id,
    )
    return [dict(row.items()) for row in rows]
