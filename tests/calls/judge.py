"""Afterwards: everybody leaves, time passes until nothing moves, and then every oracle and invariant must hold."""

import contextlib
from collections.abc import Sequence
from typing import Any

from app.channels.voice.inbound import INBOX_SOURCE
from app.core.errors import AppError
from app.routing import callbacks
from app.touchpoints.log import Actor
from simulator.faults import FaultEffect, FaultRule
from simulator.oracles import ProductReport, ReportedContact
from simulator.oracles.report import ReportedCounts
from tests.calls.stage import Stage
from tests.calls.virtual import START
from tests.support.invariants import ALWAYS, AT_REST, broken

REST_WITHIN = 300.0  # virtual s after everybody has left
LOOK_EVERY = 5.0
SPOILT = (FaultEffect.EMPTY, FaultEffect.GARBLE)
NOT_XML = ": 12100: "
SHORT = 60.0  # s; what comes later than that comes in one leap after the end
ALL_CLOSED = {"every contact is closed": "select id from contacts where state <> 'closed'"}
BY = Actor("system", None, "the end of the scenario")


async def judged(stage: Stage, rules: Sequence[FaultRule]) -> list[str]:
    """Let everybody leave and say what is wrong under these rules. Without any the times the product knows must be
    the network's, too."""
    latest = max((rule.delay for rule in rules), default=0.0)
    wrong = await _comes_to_rest(stage)
    wrong += await _violations(stage, rules)
    if latest > SHORT and not wrong:
        before = await _books(stage)
        await stage.clock.leap(latest + 1)
        wrong += await _comes_to_rest(stage)
        wrong += await _violations(stage, rules)
        if await _books(stage) != before:
            wrong.append("what came late changed a contact that was closed")
    return [*wrong, *stage.failures]


async def _comes_to_rest(stage: Stage) -> list[str]:
    deadline = stage.clock.now() + REST_WITHIN
    found: dict[str, list[str]] = {}
    while stage.clock.now() < deadline:
        await _everybody_leaves(stage)
        await stage.passes(LOOK_EVERY)
        found = await _broken(stage, AT_REST | ALL_CLOSED)
        if not found and not any(call.live for call in stage.simulator.calls.values()):
            return []
    return [f"after {REST_WITHIN:.0f} s: {name}: {', '.join(rows)}" for name, rows in found.items()]


async def _everybody_leaves(stage: Stage) -> None:
    """Customers hang up and want no callback any more; agents stay, as they do."""
    for call in list(stage.simulator.calls.values()):
        if call.live and not call.is_client:
            stage.simulator.people.hang_up(call)
    async with stage.change() as tx:
        open_ = await tx.fetch("select id from callbacks where ended_at is null")
    for row in open_:
        with contextlib.suppress(AppError):
            async with stage.change() as tx:
                now = await tx.fetchval("select switchboard_now()")
                await callbacks.cancel(tx, row["id"], now=now, by=BY)


async def _broken(stage: Stage, invariants: dict[str, str]) -> dict[str, list[str]]:
    with stage.clock.busy():
        async with stage.database.read(snapshot=True) as reader:
            return await broken(reader, invariants)


async def _violations(stage: Stage, rules: Sequence[FaultRule]) -> list[str]:
    wrong = [f"{name}: {', '.join(rows)}" for name, rows in (await _broken(stage, ALWAYS)).items()]
    report = await product_report(stage, with_times=not rules)
    found = stage.simulator.oracles(report)
    if any(rule.effect in SPOILT for rule in rules):  # the line made these documents what they are
        found = [one for one in found if NOT_XML not in one.message]
    return wrong + [f"{v.oracle}: {v.message} ({v.call_sid})" for v in found]


async def _books(stage: Stage) -> Any:
    """What must not change any more once everything is closed."""
    return await stage.value(
        """select (select jsonb_agg(jsonb_build_array(id, state, outcome, closed_at) order by id) from contacts),
                  (select count(*) from touchpoints), (select count(*) from voice_legs)"""
    )


async def product_report(stage: Stage, *, with_times: bool) -> ProductReport:
    """The product's own account, for the oracles that compare it with what the network saw."""
    with stage.clock.busy():
        async with stage.database.read(snapshot=True) as reader:
            contacts = await reader.fetch(
                # a contact that the machine closes ends before the goodbye is spoken, and the agent's part of one who
                # is passed on to a number or asked for a score ends before the call
                """select v.call_sid, v.state = 'closed' as is_closed, c.outcome, c.ended_at,
                     c.outcome in ('handled', 'abandoned_in_queue', 'abandoned_in_self_service')
                       and not exists (select from surveys s where s.contact_id = c.id)
                       and not exists (select from offers o where o.contact_id = c.id
                                       and o.reason = 'ended_by_transfer') as is_of_people,
                     c.opened_at,
                     (select count(*) from touchpoints t where t.contact_id = c.id and t.kind = 'contact.wrap_up')
                       as wrap_ups
                   from voice_calls v join contacts c on c.id = v.contact_id where v.call_sid like 'CA%'"""
            )
            legs = await reader.fetchval(
                """select count(*) from voice_legs l join contacts c on c.id = l.contact_id
                   where l.call_sid like 'CA%' and (l.kind <> 'customer' or l.dial is not null
                     or (c.direction = 'outbound' and c.channel = 'voice'))"""
            )
            served = await reader.fetch(
                """select v.call_sid from voice_calls v join contacts c on c.id = v.contact_id
                   where c.accepted_at is not null and c.channel = 'voice' order by c.accepted_at, c.id"""
            )
            blocked = await reader.fetch(
                """select i.key, array(select number from blocked_callers) as numbers from inbox i
                   where i.source = $1 and not exists (select from voice_calls v where v.call_sid = i.key)""",
                INBOX_SOURCE,
            )
            counts = await reader.fetch(
                """select outcome, count(*) as n from contacts where queued_at is not null and channel = 'voice'
                   and direction = 'inbound' and opened_at >= $1 group by outcome""",
                START,
            )
    return ProductReport(
        contacts=tuple(
            ReportedContact(
                row["call_sid"],
                row["is_closed"],
                (row["outcome"],) if row["outcome"] else (),
                row["wrap_ups"],
                ended_at=row["ended_at"].timestamp() if with_times and _ends_in_time(stage, row) else None,
            )
            for row in contacts
        ),
        legs_meant=legs,
        served=tuple(row["call_sid"] for row in served),
        turned_away=frozenset(row["key"] for row in blocked if _from(stage, row["key"]) in row["numbers"]),
        counts=_counts({row["outcome"]: row["n"] for row in counts}),
    )


def _from(stage: Stage, call_sid: str) -> str | None:
    call = stage.simulator.calls.get(call_sid)
    return call.from_ if call is not None else None


def _ends_in_time(stage: Stage, row: Any) -> bool:
    """Whether the product can know when this call ended: the news of it did not overtake the first webhook."""
    call = stage.simulator.calls.get(row["call_sid"])
    ended = call.ended if call is not None else None
    return bool(row["is_of_people"] and ended is not None and ended >= row["opened_at"].timestamp())


def _counts(by_outcome: dict[str | None, int]) -> ReportedCounts:
    """Everybody who asked for a person went one of the ways there are."""
    given_up = ("abandoned_in_queue", "expired", "queue_full", "no_agent", "out_of_hours")
    return ReportedCounts(
        offered=sum(by_outcome.values()),
        answered=by_outcome.get("handled", 0),
        abandoned=sum(by_outcome.get(name, 0) for name in given_up),
        voicemail=by_outcome.get("voicemail", 0),
        callback=by_outcome.get("callback_requested", 0),
        waiting=by_outcome.get(None, 0),
    )
