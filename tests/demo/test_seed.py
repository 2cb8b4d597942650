"""The demo centre is written once, whole or not at all, and holds what its summary promises."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from app.agents.accounts import find_by_login, verify_password
from app.channels.chat import keys
from app.channels.voice.numbers import Lines
from app.core.db import Database
from app.core.errors import Conflict
from app.core.settings import Settings
from app.customers.identify import identify
from app.customers.models import Certain, Likely, Unknown
from app.customers.phones import Number, Withheld, normalise
from app.demo.seed import seed
from app.demo.summary import CALLERS, MAIN_NUMBER, WIDGET_KEY
from app.routing import queue_tables
from app.routing.overflow_rules import ToQueue, parse_overflow
from app.routing.relaxing import parse_relax_steps
from tests.demo.conftest import NOW

TABLES = (
    "agents", "agent_states", "agent_skills", "agent_queues", "queues", "skills", "dispositions", "customers",
    "identities", "orders", "contacts", "offers", "touchpoints", "contact_notes", "contact_dispositions",
    "phone_numbers", "flow_versions", "articles", "calendars", "calendar_exceptions",
)  # fmt: skip
LOCALES = {"en", "zh-Hant", "zh-Hans"}


async def counts(database: Database) -> dict[str, int]:
    async with database.read() as reader:
        return {t: await reader.fetchval(f"select count(*) from {t}") for t in TABLES}


async def test_two_starts_at_once_seed_once_and_a_later_one_changes_nothing(database: Database) -> None:
    both = await asyncio.gather(*(seed(database, Settings(), now=NOW) for _ in range(2)))
    assert sorted(s.is_new for s in both) == [False, True]
    before = await counts(database)
    assert all(before.values())
    assert not (await seed(database, Settings())).is_new
    assert await counts(database) == before


async def test_an_interrupted_seed_leaves_nothing_and_is_redone(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute("alter table contact_dispositions add constraint broken check (false)")
    with pytest.raises(asyncpg.CheckViolationError):
        await seed(database, Settings(), now=NOW)
    assert not any((await counts(database)).values())
    async with database.transaction() as tx:
        await tx.execute("alter table contact_dispositions drop constraint broken")
    assert (await seed(database, Settings(), now=NOW)).is_new


async def test_another_centre_is_never_mixed_with_the_demo(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute(
            """insert into agents (id, number, login, display_name, password_hash, role, softphone_identity)
               values ($1, 1, 'real', 'Real', 'x', 'admin', 'agent_real')""",
            uuid4(),
        )
    with pytest.raises(Conflict):
        await seed(database, Settings(), now=NOW)


async def test_every_login_of_the_summary_opens_the_console(seeded: Database) -> None:
    shown = await seed(seeded, Settings())
    assert {login.role for login in shown.logins} == {"agent", "supervisor", "admin"}
    async with seeded.read() as reader:
        for login in shown.logins:
            account = await find_by_login(reader, login.login)
            assert account is not None
            assert account.is_enabled
        assert account is not None
    assert verify_password(account.password_hash, shown.password)


async def test_each_caller_is_recognised_as_the_directory_says(seeded: Database) -> None:
    async with seeded.read() as reader:
        found = {c.name: await identify(reader, address=normalise(c.number)) for c in CALLERS}
    kinds = {name: type(value) for name, value in found.items()}
    assert kinds == {
        "陳怡君": Certain, "張家慧": Certain, "王娜": Certain, "Emily Carter": Certain,
        "王家": Likely, "晨光咖啡": Likely, "蔡承翰": Likely, "何美惠（舊號）": Likely,
        "新客": Unknown, "不顯示號碼": Withheld,
    }  # fmt: skip
    reasons = {
        name: {c.reason.value for c in value.candidates}
        for name, value in found.items()
        if isinstance(value, Likely)
    }
    assert reasons == {
        "王家": {"household_number"},
        "晨光咖啡": {"shared_number"},
        "蔡承翰": {"unverified_number"},
        "何美惠（舊號）": {"former_number"},
    }


async def test_every_stored_number_is_in_stored_form(seeded: Database) -> None:
    async with seeded.read() as reader:
        rows = await reader.fetch("select value from identities where kind = 'phone'")
        rows += await reader.fetch("select number as value from phone_numbers")
    for row in rows:
        address = normalise(row["value"])
        assert isinstance(address, Number)
        assert address.e164 == row["value"]
        assert address.kind.value != "unknown"


async def test_staff_see_every_label_in_every_language(seeded: Database) -> None:
    async with seeded.read() as reader:
        for table in ("queues", "skills", "dispositions"):
            labels = await reader.fetch(f"select labels from {table}")
            assert all(set(row["labels"]) == LOCALES for row in labels)


async def test_some_contacts_were_solved_by_an_article_that_exists(seeded: Database) -> None:
    async with seeded.read() as reader:
        solved = await reader.fetchval(
            """select count(*) from contacts c join articles a on a.id = (c.summary->>'article_id')::uuid
               where c.outcome = 'solved_by_self_service' and a.topic = c.topic"""
        )
    assert solved > 50


async def test_the_summary_is_plain_json(seeded: Database) -> None:
    shown = json.loads(json.dumps((await seed(seeded, Settings())).as_json()))
    assert [n["number"] for n in shown["numbers"]] == ["+886255500100", "+886255500101"]
    assert {set(c["story"]) == LOCALES for c in shown["callers"]} == {True}
    assert shown["addresses"]["console"] == "http://127.0.0.1:8000/console"


async def test_every_rule_of_the_queues_can_be_used(seeded: Database) -> None:
    async with seeded.read() as reader:
        stored = await reader.fetch("select key, overflow, relax_steps from queues")
        rules = await queue_tables.of_queues(reader)
        hours = await Lines().find(reader, MAIN_NUMBER)
    keys = {row["key"] for row in stored}
    for row in stored:
        parse_relax_steps(row["relax_steps"])
        targets = [one.queue for one in parse_overflow(row["overflow"]).values() if isinstance(one, ToQueue)]
        assert set(targets) <= keys - {row["key"]}
    assert all(one["calendar"] for one in rules.values())
    assert hours is not None


async def test_the_way_a_visitor_tries_first_is_never_closed(seeded: Database) -> None:
    async with seeded.read() as reader:
        line = await Lines().find(reader, MAIN_NUMBER)
        always = await reader.fetch(
            "select q.key, k.key as calendar from queues q join calendars k on k.id = q.calendar_id"
        )
        unstaffed = [rules["unstaffed"] for rules in (await queue_tables.of_queues(reader)).values()]
    assert line is not None
    assert all(line.hours.is_open(NOW + timedelta(hours=hour)) for hour in range(24 * 400))
    assert {row["key"] for row in always if row["calendar"] == "around_the_clock"} == {
        "orders",
        "returns",
        "vip",
    }
    assert set(unstaffed) == {"wait"}


async def test_the_shop_s_page_may_chat_from_wherever_this_start_serves_it(seeded: Database) -> None:
    async with seeded.transaction() as tx:
        await keys.change(tx, WIDGET_KEY, {"locale": "en"})
    shown = await seed(seeded, Settings(simulator_port=8110))
    after = await _widget_key(seeded)
    assert shown.addresses["shop"] == "http://127.0.0.1:8110/shop"
    assert after["origins"] == ["http://127.0.0.1:8110", "http://localhost:8110"]
    assert after["locale"] == "en"
    assert await _widget_keys(seeded) == 1


async def _widget_key(database: Database) -> Any:
    async with database.read() as reader:
        return await reader.fetchrow("select origins, locale from widget_keys where key = $1", WIDGET_KEY)


async def _widget_keys(database: Database) -> int:
    async with database.read() as reader:
        count: int = await reader.fetchval("select count(*) from widget_keys")
    return count
