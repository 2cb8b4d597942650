"""Flows by REST: drafts that two authors cannot overwrite, checks, versions, publishing, and trial runs."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request

from app.core.auth import Permission, Principal
from app.core.errors import InvalidInput, NotFound
from app.core.http import CurrentSettings, Read, Requires, Tx, problem_responses
from app.intake import trials
from app.selfservice import comparing, editing, statejson
from app.selfservice.definition import FlowDefinition
from app.selfservice.editing import Flow
from app.selfservice.errors import FlowChanged, FlowHasProblems
from app.selfservice.state import Facts, OrderFact, State
from app.selfservice.validation import Finding
from app.supervision.auditing import note
from app.supervision.flow_schemas import (
    Checking,
    DraftChange,
    FlowPublishing,
    FlowRestoring,
    FlowRow,
    FlowUse,
    FlowVersionView,
    FlowView,
    NewFlow,
    NodeChange,
    ProblemView,
    TrialFacts,
    TrialTurn,
    TurnView,
)
from app.supervision.flow_trials import input_of, turn_view

router = APIRouter(prefix="/flows", tags=["supervision: flows"])

FlowReader = Annotated[Principal, Depends(Requires(Permission.FLOWS_READ))]
FlowEditor = Annotated[Principal, Depends(Requires(Permission.FLOWS_EDIT))]
FlowPublisher = Annotated[Principal, Depends(Requires(Permission.FLOWS_PUBLISH))]
Version = Annotated[int | None, Query(ge=1, description="leave it out for the draft")]


@router.get("", operation_id="list_flows")
async def list_flows(principal: FlowReader, tx: Read) -> list[FlowRow]:
    """Every flow: what is published, what is being written, and how many addresses answer with it."""
    return [FlowRow(**_row(flow)) for flow in await editing.listed(tx)]


@router.post("", operation_id="create_flow", status_code=201)
async def create_flow(body: NewFlow, principal: FlowEditor, request: Request, tx: Tx) -> FlowView:
    """Begin a flow. The same `flow_id` again gives the flow that is there."""
    made = await editing.create(tx, body.flow_id, body.key, body.definition, by=principal.agent_id)
    flow = await editing.get(tx, body.flow_id)
    answer = await _view(tx, flow)
    if made:
        await note(
            tx, request, principal, action="flow.created", object=f"flow:{flow.id}",
            before=None, after={"key": flow.key, "revision": flow.revision},
        )  # fmt: skip
    return answer


@router.get("/{flow_id}", operation_id="get_flow", responses=problem_responses(NotFound))
async def get_flow(flow_id: UUID, principal: FlowReader, tx: Read) -> FlowView:
    """One flow with its draft and what is wrong with it."""
    return await _view(tx, await editing.get(tx, flow_id))


@router.put(
    "/{flow_id}/draft", operation_id="save_flow_draft", responses=problem_responses(NotFound, FlowChanged)
)
async def save_draft(
    flow_id: UUID, body: DraftChange, principal: FlowEditor, request: Request, tx: Tx
) -> FlowView:
    """Save the draft, half done or whole; what is published stays as it is.

    409 `flow_changed` when somebody saved since `base_revision`: the answer holds `current_revision`, `current` and
    `changes`, to merge with. A repeat makes no second revision."""
    before = await editing.lock(tx, flow_id)
    after = await editing.save(
        tx, before, body.definition, base_revision=body.base_revision, by=principal.agent_id
    )
    answer = await _view(tx, after)
    await _note_draft(tx, request, principal, "flow.draft_saved", before, after)
    return answer


@router.post("/{flow_id}/check", operation_id="check_flow", responses=problem_responses(NotFound))
async def check_flow(flow_id: UUID, body: Checking, principal: FlowReader, tx: Read) -> list[ProblemView]:
    """What is wrong with a document or with the draft, errors first: ways that lead nowhere, missing texts, queues that
    do not exist … Writes nothing."""
    definition = body.definition or (await editing.get(tx, flow_id)).draft
    return _problem_views(await editing.problems(tx, definition))


@router.post(
    "/{flow_id}/publish",
    operation_id="publish_flow",
    responses=problem_responses(NotFound, FlowChanged, FlowHasProblems),
)
async def publish_flow(
    flow_id: UUID, body: FlowPublishing, principal: FlowPublisher, request: Request, tx: Tx
) -> FlowView:
    """Make the draft the version that new contacts meet, within two seconds; those in self-service keep theirs.

    422 `flow_has_problems` names each error's node, field and way out."""
    before = await editing.lock(tx, flow_id)
    after = await editing.publish(
        tx, before, base_revision=body.base_revision, why=body.why, by=principal.agent_id
    )
    answer = await _view(tx, after)
    await note(
        tx, request, principal, action="flow.published", object=f"flow:{flow_id}",
        before={"version": before.published_version},
        after={"version": after.published_version, **({"why": body.why} if body.why else {})}
        if after.published_version != before.published_version
        else {"version": before.published_version},
    )  # fmt: skip
    return answer


@router.get("/{flow_id}/versions", operation_id="list_flow_versions", responses=problem_responses(NotFound))
async def list_versions(flow_id: UUID, principal: FlowReader, tx: Read) -> list[FlowVersionView]:
    """Every published state, the newest first: when, by whom and why."""
    return [FlowVersionView(**asdict(version)) for version in await editing.versions(tx, flow_id)]


@router.get(
    "/{flow_id}/versions/{version}", operation_id="get_flow_version", responses=problem_responses(NotFound)
)
async def get_version(flow_id: UUID, version: int, principal: FlowReader, tx: Read) -> FlowDefinition:
    """One published state."""
    return await editing.document(tx, flow_id, version)


@router.get("/{flow_id}/compare", operation_id="compare_flow_versions", responses=problem_responses(NotFound))
async def compare_versions(
    flow_id: UUID, principal: FlowReader, tx: Read, before: Version = None, after: Version = None
) -> list[NodeChange]:
    """The fields that differ, node by node. Where a node is drawn does not count."""
    old, new = [await editing.document(tx, flow_id, version) for version in (before, after)]
    return [NodeChange(**change) for change in comparing.differences(old, new)]


@router.post(
    "/{flow_id}/restore", operation_id="restore_flow", responses=problem_responses(NotFound, FlowChanged)
)
async def restore_flow(
    flow_id: UUID, body: FlowRestoring, principal: FlowEditor, request: Request, tx: Tx
) -> FlowView:
    """Make an old version the draft, to be looked at and published."""
    before = await editing.lock(tx, flow_id)
    old = await editing.document(tx, flow_id, body.version)
    after = await editing.save(tx, before, old, base_revision=body.base_revision, by=principal.agent_id)
    answer = await _view(tx, after)
    await _note_draft(tx, request, principal, "flow.restored", before, after, version=body.version)
    return answer


@router.get("/{flow_id}/uses", operation_id="list_flow_uses", responses=problem_responses(NotFound))
async def list_uses(flow_id: UUID, principal: FlowReader, tx: Read) -> list[FlowUse]:
    """The addresses that answer with this flow."""
    return [FlowUse(**use) for use in await editing.uses(tx, flow_id)]


@router.post("/{flow_id}/trial", operation_id="try_flow", responses=problem_responses(NotFound))
async def try_flow(
    flow_id: UUID, body: TrialTurn, principal: FlowReader, tx: Read, settings: CurrentSettings
) -> TurnView:
    """One turn of a trial run: the real interpreter and the real FAQ search, nothing written and nobody called."""
    flow = body.definition or await editing.document(tx, flow_id, body.version)
    now: datetime = await tx.fetchval("select switchboard_now()")
    if body.state is None:
        facts = _facts(body.facts, now, ZoneInfo(settings.time_zone))
        return turn_view(await trials.begin(tx, flow, facts, now=now))
    if body.input is None:
        raise InvalidInput.of("input", "say what the caller does, or leave `state` out to begin anew")
    return turn_view(await trials.go_on(tx, flow, _state(body.state), input_of(body.input), now=now))


def _facts(given: TrialFacts, now: datetime, zone: ZoneInfo) -> Facts:
    def local(at: datetime) -> datetime:
        return at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)

    values = given.model_dump()
    values["orders"] = tuple(OrderFact(**one) for one in values["orders"])
    values["local_now"] = local(given.local_now or now)
    values["opens_at"] = local(given.opens_at) if given.opens_at else None
    return Facts(**values)


def _state(raw: dict[str, Any]) -> State:
    try:
        return statejson.from_json(raw)
    except statejson.InvalidStateError as error:
        raise InvalidInput.of(f"state.{error.field}", str(error)) from None


def _row(flow: Flow) -> dict[str, Any]:
    values = {name: getattr(flow, name) for name in FlowRow.model_fields if name not in ("flow_id", "name")}
    return {**values, "flow_id": flow.id, "name": flow.draft.name}


def _problem_views(found: list[Finding]) -> list[ProblemView]:
    return [ProblemView(**{**asdict(one), "severity": one.severity.value}) for one in found]


async def _view(reader: Read, flow: Flow) -> FlowView:
    problems = _problem_views(await editing.problems(reader, flow.draft))
    return FlowView(**_row(flow), draft=flow.draft, problems=problems)


async def _note_draft(
    tx: Tx,
    request: Request,
    principal: Principal,
    action: str,
    before: Flow,
    after: Flow,
    **more: Any,
) -> None:
    """What differs between two drafts, the changed fields alone."""
    if before.revision == after.revision:
        return
    changes = comparing.differences(before.draft, after.draft)
    names = [".".join(filter(None, (change["node"], change["field"]))) for change in changes]
    await note(
        tx,
        request,
        principal,
        action=action,
        object=f"flow:{after.id}",
        before={"revision": before.revision, **{n: c["before"] for n, c in zip(names, changes, strict=True)}},
        after={
            "revision": after.revision,
            **{n: c["after"] for n, c in zip(names, changes, strict=True)},
            **more,
        },
    )
