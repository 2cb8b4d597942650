"""Widget keys by REST: make, change, and the keys their sites sign identities with. Every change is audited."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from app.channels.chat import identity_keys, keys
from app.channels.chat.errors import KeyTaken, WidgetUnknown
from app.channels.chat.key_schemas import (
    IdentityKeyView,
    MadeIdentityKey,
    NewIdentityKey,
    WidgetChanges,
    WidgetKeyView,
    WidgetSettings,
)
from app.channels.chat.keys import FEATURES, WidgetKey
from app.core import audit
from app.core.auth import Permission, Principal
from app.core.db import Reader, Transaction
from app.core.errors import InvalidInput, NotFound
from app.core.http import CurrentSettings, Read, Requires, Tx, problem_responses
from app.core.settings import Settings

router = APIRouter(tags=["widget keys"])

Manager = Annotated[Principal, Depends(Requires(Permission.WIDGETS_MANAGE))]
MAX_IDENTITY_KEYS = 10


def _view(key: WidgetKey, identities: list[Any], settings: Settings) -> WidgetKeyView:
    return WidgetKeyView(
        key=key.key,
        **{**_facts(key), "flow_id": key.flow_id, "queue_id": key.queue_id},
        identity_keys=[IdentityKeyView(**dict(row.items())) for row in _shown(identities)],
        snippet=f'<script src="{settings.public_base_url}/widget.js" data-key="{key.key}" async></script>',
    )


def _shown(rows: list[Any]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in ("kid", "algorithm", "created_at")} for row in rows]


def _facts(key: WidgetKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "origins": key.origins,
        "locales": key.locales,
        "locale": key.locale,
        "flow_id": str(key.flow_id) if key.flow_id else None,
        "queue_id": str(key.queue_id),
        "skills": key.skills,
        "appearance": key.appearance,
        "features": {name: key.has(name) for name in FEATURES},
        "is_enabled": key.is_enabled,
    }


async def _found(reader: Reader, key: str, settings: Settings) -> WidgetKeyView:
    found = await keys.get(reader, key)
    return _view(found, (await identity_keys.listed(reader, [key]))[key], settings)


async def _check(reader: Reader, columns: dict[str, Any], before: WidgetKey | None) -> None:
    """What the schema cannot see: that queue, flow and skills exist, and the language is one of those offered."""
    queue_id, flow_id = columns.get("queue_id"), columns.get("flow_id")
    if queue_id and not await reader.fetchval("select true from queues where id = $1", queue_id):
        raise InvalidInput.of("queue_id", "there is no such queue; GET /queues lists them")
    if flow_id and not await reader.fetchval("select true from flows where id = $1", flow_id):
        raise InvalidInput.of("flow_id", "there is no such flow")
    locales = columns.get("locales") or (before.locales if before else [])
    if (columns.get("locale") or (before.locale if before else "")) not in locales:
        raise InvalidInput.of("locale", "must be one of locales")
    wanted = columns.get("skills") or {}
    named = {skill for part in wanted.values() for skills in part.values() for skill in skills}
    known = {
        row["key"] for row in await reader.fetch("select key from skills where key = any($1)", list(named))
    }
    if missing := sorted(named - known):
        raise InvalidInput.of("skills", f"there is no skill {missing[0]!r}")


@router.get("/widget-keys", operation_id="list_widget_keys")
async def list_widget_keys(_: Manager, settings: CurrentSettings, reader: Read) -> list[WidgetKeyView]:
    """Every widget key with its identity keys, by name."""
    found = await keys.listed(reader)
    identities = await identity_keys.listed(reader, [key.key for key in found])
    return [_view(key, identities[key.key], settings) for key in found]


@router.post("/widget-keys", operation_id="create_widget_key", status_code=201)
async def create_widget_key(
    body: WidgetSettings, principal: Manager, settings: CurrentSettings, request: Request, tx: Tx
) -> WidgetKeyView:
    """Make a key for a site. It is public: what keeps other sites out is the list of origins."""
    columns = body.model_dump(mode="json") | {"flow_id": body.flow_id, "queue_id": body.queue_id}
    await _check(tx, columns, None)
    key = keys.new_key()
    await keys.create(tx, key, columns)
    made = await _found(tx, key, settings)
    await _note(tx, request, principal, "widget_key.created", key, None, _facts(await keys.get(tx, key)))
    return made


@router.get("/widget-keys/{key}", operation_id="get_widget_key", responses=problem_responses(WidgetUnknown))
async def get_widget_key(key: str, _: Manager, settings: CurrentSettings, reader: Read) -> WidgetKeyView:
    """One widget key."""
    return await _found(reader, key, settings)


@router.patch(
    "/widget-keys/{key}", operation_id="change_widget_key", responses=problem_responses(WidgetUnknown)
)
async def change_widget_key(
    key: str,
    body: WidgetChanges,
    principal: Manager,
    settings: CurrentSettings,
    request: Request,
    tx: Tx,
) -> WidgetKeyView:
    """Change what is named. Switched off, its open sockets close within seconds."""
    before = await keys.lock(tx, key)
    columns = body.model_dump(mode="json", exclude_unset=True)
    for name in ("flow_id", "queue_id"):
        if name in columns:
            columns[name] = getattr(body, name)
    if wrong := [n for n, value in columns.items() if value is None and n != "flow_id"]:
        raise InvalidInput.of(wrong[0], "cannot be null; leave it out to keep it")
    await _check(tx, columns, before)
    await keys.change(tx, key, columns)
    after = await keys.get(tx, key)
    if _facts(before) != _facts(after):
        await _note(tx, request, principal, "widget_key.changed", key, _facts(before), _facts(after))
    return await _found(tx, key, settings)


@router.post(
    "/widget-keys/{key}/identity-keys",
    operation_id="create_identity_key",
    status_code=201,
    responses=problem_responses(WidgetUnknown, KeyTaken, InvalidInput),
)
async def create_identity_key(
    key: str,
    body: NewIdentityKey,
    principal: Manager,
    settings: CurrentSettings,
    request: Request,
    tx: Tx,
) -> MadeIdentityKey:
    """A key to sign identities with. To rotate: make the second, sign with it, remove the first."""
    await keys.lock(tx, key)
    if len((await identity_keys.listed(tx, [key]))[key]) >= MAX_IDENTITY_KEYS:
        raise InvalidInput.of(
            "kid", f"at most {MAX_IDENTITY_KEYS} keys; remove one that is not used any more"
        )
    secret = await identity_keys.add(
        tx, settings, key, kid=body.kid, algorithm=body.algorithm, public_key=body.public_key
    )
    at: datetime = await tx.fetchval("select switchboard_now()")
    facts = {"kid": body.kid, "algorithm": body.algorithm}
    await _note(tx, request, principal, "identity_key.created", key, None, facts)
    return MadeIdentityKey(kid=body.kid, algorithm=body.algorithm, created_at=at, secret=secret)


@router.delete(
    "/widget-keys/{key}/identity-keys/{kid}",
    operation_id="remove_identity_key",
    status_code=204,
    responses=problem_responses(WidgetUnknown, NotFound),
)
async def remove_identity_key(key: str, kid: str, principal: Manager, request: Request, tx: Tx) -> None:
    """Nothing signed with it is good from now on."""
    await keys.lock(tx, key)
    if not await identity_keys.remove(tx, key, kid):
        raise NotFound("this widget key has no identity key of that name")
    await _note(tx, request, principal, "identity_key.removed", key, {"kid": kid}, None)


async def _note(
    tx: Transaction,
    request: Request,
    principal: Principal,
    action: str,
    key: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    address = request.client.host if request.client else None
    actor = audit.Actor("agent", principal.agent_id, address)
    await audit.record(tx, actor=actor, action=action, object=f"widget:{key}", before=before, after=after)
