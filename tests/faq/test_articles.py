"""Articles over HTTP: two editors, review, publishing by hand and on schedule, versions."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.core.audit import first_broken_line
from app.core.db import Database
from app.faq.article_endpoints import router
from app.faq.models import Audience, Language
from app.faq.search import search
from app.faq.timers import ArticleTimers
from tests.faq.desk import audit_lines, desk, person
from tests.support.clock import FakeClock

Clients = dict[str, httpx.AsyncClient]


def entry(question: str = "How do I return a kettle?", **fields: Any) -> dict[str, Any]:
    content = {"question": question, "answer": "Use the **form**. Then wait."}
    return {"topic": "returns", "contents": {"en": content}} | fields


@pytest.fixture
async def people(database: Database, clock: FakeClock) -> AsyncIterator[Clients]:
    """An agent and two supervisors."""
    ann, bob, mei = [
        await person(database, login, role)
        for login, role in (("ann", "supervisor"), ("bob", "supervisor"), ("mei", "agent"))
    ]
    async with desk(database, router, ann=ann, bob=bob, mei=mei) as clients:
        yield clients


async def created(http: httpx.AsyncClient, **fields: Any) -> str:
    article_id = str(uuid4())
    answer = await http.post("/faq/articles", json={"article_id": article_id, "entry": entry(**fields)})
    assert answer.status_code == 201, answer.text
    return article_id


async def found(database: Database, question: str) -> list[str]:
    async with database.read() as reader:
        outcome = await search(
            reader,
            question=question,
            language=Language.EN,
            audience=Audience.BOTH,
            channel="chat",
            now=await reader.fetchval("select switchboard_now()"),
        )
    return [result.title for result in outcome.results]


async def test_an_article_lives_from_draft_to_archive(people: Clients, database: Database) -> None:
    ann = people["ann"]
    article = await created(ann, tags=["popular", " popular "], review_on="2027-01-31")
    at = f"/faq/articles/{article}"
    draft = (await ann.get(at)).json()
    assert (draft["status"], draft["entry"]["tags"], draft["entry"]["review_on"]) == (
        "draft",
        ["popular"],
        "2027-01-31",
    )

    assert (await ann.post(f"{at}/review", json={"base_version": 1})).json()["status"] == "in_review"
    assert await found(database, "kettle") == []
    shown = (await people["bob"].post(f"{at}/publish", json={"version": 1})).json()
    assert (shown["status"], shown["published_version"]) == ("published", 1)
    assert await found(database, "kettle") == ["How do I return a kettle?"]
    assert (await ann.post(f"{at}/archive", json={"base_version": 1})).json()["status"] == "archived"
    assert await found(database, "kettle") == []

    lines = await audit_lines(database, UUID(article))
    assert [line["action"] for line in lines] == [
        "article.created", "article.submitted", "article.published", "article.archived"
    ]  # fmt: skip
    assert (lines[1]["before"], lines[1]["after"]) == ({"status": "draft"}, {"status": "in_review"})
    async with database.read() as reader:
        assert await first_broken_line(reader) is None


async def test_of_two_editors_the_second_is_told_and_overwrites_nothing(people: Clients) -> None:
    article = await created(people["ann"])
    at = f"/faq/articles/{article}"
    first = {"base_version": 1, "entry": entry("How do I return a teapot?"), "why": "teapots too"}
    second = {"base_version": 1, "entry": entry("How do I return a cup?")}
    assert (await people["ann"].put(at, json=first)).json()["latest_version"] == 2

    refused = await people["bob"].put(at, json=second)
    assert refused.status_code == 409
    problem = refused.json()
    assert (problem["code"], problem["current_version"]) == ("article_changed", 2)
    assert problem["current"]["contents"]["en"]["question"] == "How do I return a teapot?"
    assert problem["changes"] == [
        {
            "field": "contents.en.question",
            "before": "How do I return a kettle?",
            "after": "How do I return a teapot?",
        }
    ]
    merged = await people["bob"].put(at, json=second | {"base_version": problem["current_version"]})
    assert merged.json()["latest_version"] == 3


async def test_of_two_editors_at_the_same_instant_one_wins(people: Clients) -> None:
    article = await created(people["ann"])
    answers = await asyncio.gather(
        *(
            people[who].put(
                f"/faq/articles/{article}", json={"base_version": 1, "entry": entry(f"Asked by {who}?")}
            )
            for who in ("ann", "bob")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_repeated_save_makes_no_second_version(people: Clients, database: Database) -> None:
    article = await created(people["ann"])
    change = {"base_version": 1, "entry": entry("How do I return a teapot?")}
    for _ in range(2):
        answer = await people["ann"].put(f"/faq/articles/{article}", json=change)
        assert (answer.status_code, answer.json()["latest_version"]) == (200, 2)
    again = await people["ann"].post("/faq/articles", json={"article_id": article, "entry": entry()})
    assert again.json()["latest_version"] == 2
    assert len(await audit_lines(database, UUID(article))) == 2


async def test_versions_say_who_when_and_why_and_are_compared_and_restored(people: Clients) -> None:
    article = await created(people["ann"])
    at = f"/faq/articles/{article}"
    new = entry("How do I return a teapot?", topic="exchanges")
    new["contents"]["zh-Hant"] = {"question": "如何退茶壺？", "answer_short": "請填表單。"}
    await people["bob"].put(at, json={"base_version": 1, "entry": new, "why": "also in Chinese"})

    versions = (await people["ann"].get(f"{at}/versions")).json()
    assert [(v["version"], v["saved_by_name"], v["why"]) for v in versions] == [
        (2, "bob", "also in Chinese"), (1, "ann", "")
    ]  # fmt: skip
    changes = (await people["ann"].get(f"{at}/compare", params={"before": 1, "after": 2})).json()
    by_field = {change["field"]: (change["before"], change["after"]) for change in changes}
    assert by_field["topic"] == ("returns", "exchanges")
    assert by_field["contents.zh-Hant.question"] == (None, "如何退茶壺？")
    assert "audience" not in by_field

    await people["ann"].post(f"{at}/archive", json={"base_version": 2})
    back = (await people["ann"].post(f"{at}/restore", json={"version": 1, "base_version": 2})).json()
    assert (back["status"], back["latest_version"], back["entry"]["topic"]) == ("draft", 3, "returns")
    stale = await people["bob"].post(f"{at}/restore", json={"version": 2, "base_version": 2})
    assert stale.status_code == 409


async def test_a_version_is_published_when_the_clock_of_the_database_says_so(
    people: Clients, database: Database, clock: FakeClock
) -> None:
    article = await created(people["ann"])
    at = f"/faq/articles/{article}"
    timers = ArticleTimers(database)
    past = await people["ann"].put(f"{at}/schedule", json={"version": 1, "at": clock.now.isoformat()})
    assert past.status_code == 422
    instant = (clock.now + timedelta(hours=1)).isoformat()
    for _ in range(2):
        shown = await people["ann"].put(f"{at}/schedule", json={"version": 1, "at": instant})
        assert (shown.json()["publish_version"], shown.json()["status"]) == (1, "draft")
    await people["bob"].put(at, json={"base_version": 1, "entry": entry("A later draft?")})

    await clock.advance(3599)
    assert await timers.run_due() == 0
    await clock.advance(1)
    assert sum(await asyncio.gather(timers.run_due(), ArticleTimers(database).run_due())) == 1
    assert await timers.run_due() == 0
    assert await found(database, "kettle") == ["How do I return a kettle?"]
    shown_now = (await people["ann"].get(at)).json()
    assert (shown_now["published_version"], shown_now["latest_version"], shown_now["publish_at"]) == (
        1,
        2,
        None,
    )
    last = (await audit_lines(database, UUID(article)))[-1]
    assert (last["action"], last["actor_kind"]) == ("article.published_on_schedule", "system")


@pytest.mark.parametrize("how", ["unscheduled", "published", "archived"])
async def test_a_schedule_that_was_overtaken_does_nothing(
    people: Clients, database: Database, clock: FakeClock, how: str
) -> None:
    ann, article = people["ann"], await created(people["ann"])
    at = f"/faq/articles/{article}"
    await ann.put(f"{at}/schedule", json={"version": 1, "at": (clock.now + timedelta(hours=1)).isoformat()})
    await ann.put(at, json={"base_version": 1, "entry": entry("How do I return a teapot?")})
    match how:
        case "unscheduled":
            await ann.delete(f"{at}/schedule")
        case "published":
            await ann.post(f"{at}/publish", json={"version": 2})
        case _:
            await ann.post(f"{at}/archive", json={"base_version": 2})
    await clock.advance(7200)
    assert await ArticleTimers(database).run_due() == 0
    assert await found(database, "kettle") == []


async def test_an_answer_may_be_missing_in_a_draft_only(people: Clients, clock: FakeClock) -> None:
    ann = people["ann"]
    article = await created(
        ann, contents={"en": {"question": "How?, kettle"}, "zh-Hans": {"question": "如何"}}
    )
    at = f"/faq/articles/{article}"
    later = (clock.now + timedelta(hours=1)).isoformat()
    for answer in (
        await ann.post(f"{at}/review", json={"base_version": 1}),
        await ann.post(f"{at}/publish", json={"version": 1}),
        await ann.put(f"{at}/schedule", json={"version": 1, "at": later}),
    ):
        assert answer.status_code == 422
        fields = {error["field"] for error in answer.json()["errors"]}
        assert fields == {"contents.en.answer", "contents.zh-Hans.answer"}


async def test_published_rows_have_every_form(people: Clients, database: Database) -> None:
    article = await created(people["ann"])
    await people["ann"].post(f"/faq/articles/{article}/publish", json={"version": 1})
    async with database.read() as reader:
        row = await reader.fetchrow("select * from article_contents where article_id = $1", UUID(article))
    assert row is not None
    assert row["answer"] == "Use the **form**. Then wait.", "Markdown is stored as written"
    assert (row["answer_short"], row["spoken_steps"]) == (
        "Use the form. Then wait.",
        ["Use the form. Then wait."],
    )


async def test_agents_read_what_is_published_and_change_nothing(people: Clients) -> None:
    ann, mei = people["ann"], people["mei"]
    draft, shown = await created(ann), await created(ann, question="How do I return a cup?")
    await ann.post(f"/faq/articles/{shown}/publish", json={"version": 1})
    await ann.put(f"/faq/articles/{shown}", json={"base_version": 1, "entry": entry("Not yet?")})
    assert (await mei.get(f"/faq/articles/{draft}")).status_code == 404
    assert (await mei.get(f"/faq/articles/{shown}")).json()["version"] == 1
    (only,) = (await mei.get("/faq/articles")).json()["articles"]
    assert only["entry"]["contents"]["en"]["question"] == "How do I return a cup?"
    assert (await mei.post(f"/faq/articles/{shown}/publish", json={"version": 2})).status_code == 403
    change = {"base_version": 2, "entry": entry()}
    assert (await mei.put(f"/faq/articles/{shown}", json=change)).status_code == 403


async def test_lists_are_filtered_and_paged(people: Clients, clock: FakeClock) -> None:
    ann = people["ann"]
    ids = []
    for number in range(5):
        await clock.advance(1)
        content = {
            "question": f"Kettle {number}?",
            "category": f"Orders/{'Returns' if number % 2 else 'Refunds'}",
        }
        ids.append(
            await created(
                ann, contents={"en": content}, tags=[f"t{number}"], review_on=f"2027-01-0{number + 1}"
            )
        )

    async def listed(**params: Any) -> list[str]:
        return [a["article_id"] for a in (await ann.get("/faq/articles", params=params)).json()["articles"]]

    assert await listed() == ids[::-1]
    assert await listed(category="Orders / Returns") == [ids[3], ids[1]]
    assert await listed(category="Orders") == ids[::-1]
    assert await listed(category="Order") == []
    assert await listed(tag="t2") == [ids[2]]
    assert await listed(review_until="2027-01-02") == [ids[1], ids[0]]
    assert await listed(text="kettle 4") == [ids[4]]
    seen, before = [], None
    for _ in range(3):
        page = (
            await ann.get("/faq/articles", params={"limit": 2} | ({"before": before} if before else {}))
        ).json()
        seen += [a["article_id"] for a in page["articles"]]
        before = page["next"]
    assert (seen, before) == (ids[::-1], None)
    assert (await ann.get("/faq/articles", params={"before": "nonsense"})).status_code == 422

    (orders,) = (await ann.get("/faq/categories")).json()
    assert (orders["name"], orders["articles"]) == ("Orders", 5)
    assert [(c["path"], c["articles"]) for c in orders["children"]] == [
        ("Orders / Refunds", 3),
        ("Orders / Returns", 2),
    ]
    assert {tag["tag"] for tag in (await ann.get("/faq/tags")).json()} == {f"t{n}" for n in range(5)}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"topic": "Not A Topic"}, "topic"),
        ({"topic": ""}, "topic"),
        ({"owner_id": str(uuid4())}, "owner_id"),
        ({"tags": ["x" * 41]}, "tags"),
        ({"contents": {}}, "contents"),
        ({"contents": {"en": {"question": "😀"}}}, "contents.en.question"),
        ({"contents": {"en": {"question": "Kettle?", "category": "a/b/c/d/e/f"}}}, "contents.en.category"),
        ({"valid_from": "2027-01-02T00:00:00Z", "valid_to": "2027-01-01T00:00:00Z"}, "valid_to"),
        ({"contents": {"en": {"question": "Kettle?", "spoken_steps": [str(n) for n in range(13)]}}},
         "contents.en.spoken_steps"),
    ],
)  # fmt: skip
async def test_a_wrong_field_is_named(people: Clients, wrong: dict[str, Any], field: str) -> None:
    body = {"article_id": str(uuid4()), "entry": entry() | wrong}
    answer = await people["ann"].post("/faq/articles", json=body)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    "text", ["a\x00b kettle", "\ud800 kettle", "😀 kettle", "<script>alert(1)</script> kettle"]
)
async def test_odd_texts_never_break_it(people: Clients, text: str) -> None:
    content = {"question": text, "answer": text, "wordings": [text], "spoken_steps": [text], "category": text}
    fields = {"topic": "returns", "contents": {"en": content}, "tags": [text[:30]]}
    body = json.dumps({"article_id": str(uuid4()), "entry": fields, "why": text})
    answer = await people["ann"].post(
        "/faq/articles", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (201, 422), answer.text
