"""The wall before every number we ring: what is never rung, and how often anything is."""

import asyncio
from uuid import UUID

import pytest

from app.channels.voice.dial_check import DialLimitReached, NumberRefused, check_dialable
from app.channels.voice.dial_rules import Dialled, share_reached, why_too_many
from app.core.ids import new_id
from app.core.settings import Settings
from app.demo.summary import MAIN_NUMBER
from tests.channels.voice.line import Line, line_settings

SOMEBODY = "0912 345 678"


def limits(**values: int) -> Settings:
    return line_settings().model_copy(update=values)


async def dial(
    line: Line,
    settings: Settings,
    number: str = SOMEBODY,
    *,
    agent_id: UUID | None = None,
    dial_id: UUID | None = None,
) -> str:
    async with line.database.transaction() as tx:
        return await check_dialable(
            tx, settings, number, dial_id=dial_id or new_id(), purpose="dial_out", agent_id=agent_id
        )


async def test_a_number_is_given_as_it_is_dialled_and_counted(line: Line) -> None:
    assert await dial(line, limits()) == "+886912345678"
    assert await line.value("select count(*) from dials") == 1


@pytest.mark.parametrize(
    ("number", "why"),
    [("110", "emergency"), ("0203 123 456", "premium"), ("+4916012345678", "DE"), (MAIN_NUMBER, "our own"),
     ("sip:x@example.com", "telephone number"), ("client:agent_x", "telephone number"), ("", "telephone number"),
     ("anonymous", "telephone number")],
)  # fmt: skip
async def test_what_is_refused_names_the_field_and_is_not_counted(line: Line, number: str, why: str) -> None:
    with pytest.raises(NumberRefused) as refused:
        await dial(line, limits(), number)
    assert [error.field for error in refused.value.errors] == ["number"]
    assert why in refused.value.detail
    assert await line.value("select count(*) from dials") == 0


async def test_the_same_dialling_is_counted_once_and_never_refused_twice(line: Line) -> None:
    settings, dial_id = limits(dials_per_site_minute=1), new_id()
    for _ in range(3):
        await dial(line, settings, dial_id=dial_id)
    assert await line.value("select count(*) from dials") == 1
    with pytest.raises(DialLimitReached):
        await dial(line, settings)


async def test_an_agent_who_dials_too_fast_waits_and_others_go_on(line: Line) -> None:
    settings = limits(dials_per_agent_minute=2)
    mei, kai = [await line.value("select id from agents where login = $1", one) for one in ("mei", "jason")]
    for _ in range(2):
        await dial(line, settings, agent_id=mei)
    with pytest.raises(DialLimitReached) as refused:
        await dial(line, settings, agent_id=mei)
    assert refused.value.retry_after_seconds is not None
    await dial(line, settings, agent_id=kai)
    await line.clock.advance(61)
    await dial(line, settings, agent_id=mei)


async def test_the_day_of_the_site_is_over_for_everybody_and_told_to_supervisors(line: Line) -> None:
    settings = limits(dials_per_site_day=4, dials_per_agent_minute=99)
    for _ in range(4):
        await dial(line, settings)
    with pytest.raises(DialLimitReached) as refused:
        await dial(line, settings)
    assert "whole centre" in refused.value.detail
    told = (
        "select array_agg((data ->> 'dialled')::int order by since, id) from alerts where kind = 'dial_limit'"
    )
    assert await line.value(told) == [2, 4]  # half; 80 % and all come with the fourth
    await line.clock.advance(24 * 3600 + 1)
    await dial(line, settings)


async def test_racing_diallings_do_not_pass_the_limit_together(line: Line) -> None:
    settings = limits(dials_per_site_minute=3)
    outcomes = await asyncio.gather(*(dial(line, settings) for _ in range(8)), return_exceptions=True)
    assert len([o for o in outcomes if isinstance(o, DialLimitReached)]) == 5
    assert await line.value("select count(*) from dials") == 3


def test_a_limit_of_none_refuses_all() -> None:
    assert why_too_many(Dialled(0, 0, 0, 0), limits(dials_per_agent_day=0)) is not None
    assert share_reached(Dialled(0, 0, 0, 0), limits(dials_per_site_day=0)) is None
