"""A flow is written as a draft, checked, published as a version, compared and restored; two authors never overwrite
each other, and what is published is met by new contacts alone."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from app.selfservice.demo_flow import demo_flow
from tests.supervision.conftest import Audited
from tests.supervision.desk import new_queue, value
from tests.support.app import Person, RunningApp

FLOW_ID = UUID(int=7)


def document(**changes: Any) -> dict[str, Any]:
    """A small whole flow."""
    texts = {"zh-Hant": "您好", "zh-Hans": "您好", "en": "Hello"}
    return {
        "key": "any",
        "version": 1,
        "name": texts,
        "company": texts,
        "locales": ["zh-Hant", "zh-Hans", "en"],
        "default_locale": "en",
        "start": "welcome",
        "human": "people",
        "fallback": {"queue": "help"},
        "nodes": [
            {"kind": "greeting", "id": "welcome", "next": "people"},
            {"kind": "queue", "id": "people", "queue": "help"},
        ],
        **changes,
    }


async def begun(person: Person, **changes: Any) -> dict[str, Any]:
    """A flow with its first draft."""
    body = {"flow_id": str(FLOW_ID), "key": "main", "definition": document(**changes)}
    view: dict[str, Any] = await person.command("POST", "/flows", body)
    return view


async def saved(person: Person, revision: int, **changes: Any) -> dict[str, Any]:
    """The draft saved anew."""
    body = {"base_revision": revision, "definition": document(**changes)}
    view: dict[str, Any] = await person.command("PUT", f"/flows/{FLOW_ID}/draft", body)
    return view


async def published(person: Person, revision: int, why: str = "") -> dict[str, Any]:
    """The draft published."""
    view: dict[str, Any] = await person.command(
        "POST", f"/flows/{FLOW_ID}/publish", {"base_revision": revision, "why": why}
    )
    return view


def codes(view: dict[str, Any]) -> set[tuple[str, str | None, str]]:
    """What is wrong with it: code, step and field."""
    return {(one["code"], one["node"], one["field"]) for one in view["problems"]}


async def test_a_flow_is_begun_once_and_listed(web: RunningApp, boss: Person, audited: Audited) -> None:
    for _ in range(2):
        made = await begun(boss)
        assert (made["key"], made["revision"], made["published_version"]) == ("main", 1, None)
        assert made["draft"]["key"] == "main"
    listed = await boss.command("GET", "/flows")
    assert [(f["key"], f["is_changed"], f["used_by"]) for f in listed] == [("main", True, 0)]
    assert [line["action"] for line in await audited()] == ["flow.created"]


async def test_a_key_is_given_once(web: RunningApp, boss: Person) -> None:
    await begun(boss)
    body = {"flow_id": str(uuid4()), "key": "main", "definition": document()}
    answer = await boss.call("POST", "/flows", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["key"]


async def test_a_half_done_draft_is_saved_and_its_problems_are_named(web: RunningApp, boss: Person) -> None:
    await begun(boss)
    nodes = [
        {"kind": "menu", "id": "welcome", "prompt": {"en": "Press 1"},
         "options": [{"key": "1", "label": {"en": "One"}}]},
        {"kind": "queue", "id": "people", "queue": "nowhere"},
    ]  # fmt: skip
    view = await saved(boss, 1, nodes=nodes)
    assert view["revision"] == 2
    found = codes(view)
    assert ("missing_target", "welcome", "options.1") in found
    assert ("menu_without_default_queue", "welcome", "otherwise") in found
    assert ("missing_prompt", "welcome", "prompt") in found
    assert ("unknown_queue", "people", "queue") in found
    assert all(one["way_out"] for one in view["problems"])


async def test_errors_stand_in_the_way_of_publishing(web: RunningApp, boss: Person) -> None:
    await begun(boss, fallback={"queue": "nowhere"})
    answer = await boss.call("POST", f"/flows/{FLOW_ID}/publish", {"base_revision": 1})
    assert (answer.status_code, answer.json()["code"]) == (422, "flow_has_problems")
    assert [error["field"] for error in answer.json()["errors"]] == ["fallback"]
    assert await value(web, "select count(*) from flow_versions") == 0


async def test_two_authors_never_overwrite_each_other(web: RunningApp, boss: Person, admin: Person) -> None:
    await begun(boss)
    await saved(boss, 1, default_locale="zh-Hant")
    mine = {"base_revision": 1, "definition": document(default_locale="zh-Hans")}
    answer = await admin.call("PUT", f"/flows/{FLOW_ID}/draft", mine)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["current_revision"]) == (409, "flow_changed", 2)
    assert problem["current"]["default_locale"] == "zh-Hant"
    assert problem["changes"] == [
        {"node": None, "field": "default_locale", "before": "zh-Hant", "after": "zh-Hans"}
    ]


async def test_a_repeated_save_changes_nothing(web: RunningApp, boss: Person, audited: Audited) -> None:
    await begun(boss)
    for _ in range(2):
        assert (await saved(boss, 1, default_locale="zh-Hant"))["revision"] == 2
    assert [line["action"] for line in await audited()] == ["flow.created", "flow.draft_saved"]


async def test_what_is_published_has_who_when_and_why(
    web: RunningApp, boss: Person, audited: Audited
) -> None:
    await begun(boss)
    for _ in range(2):  # a repeat makes no second version
        view = await published(boss, 1, "the first one")
    assert (view["published_version"], view["is_changed"]) == (1, False)
    versions = await boss.command("GET", f"/flows/{FLOW_ID}/versions")
    assert [(v["version"], v["by"], v["why"], v["is_published"]) for v in versions] == [
        (1, view["published_by"], "the first one", True)
    ]
    lines = await audited()
    assert [line["action"] for line in lines] == ["flow.created", "flow.published"]
    assert lines[-1]["after"] == {"version": 1, "why": "the first one"}


async def test_versions_are_compared_step_by_step_and_restored(web: RunningApp, boss: Person) -> None:
    await begun(boss)
    await published(boss, 1)
    nodes = [
        {
            "kind": "say",
            "id": "notice",
            "prompt": {"en": "A", "zh-Hant": "甲", "zh-Hans": "甲"},
            "next": "people",
        },
        {"kind": "greeting", "id": "welcome", "next": "notice", "position": {"x": 9, "y": 9}},
        {"kind": "queue", "id": "people", "queue": "help"},
    ]
    await saved(boss, 1, nodes=nodes)
    await published(boss, 2)
    changes = await boss.command("GET", f"/flows/{FLOW_ID}/compare?before=1&after=2")
    assert [(c["node"], c["field"]) for c in changes] == [("welcome", "next"), ("notice", "")]
    view = await boss.command("POST", f"/flows/{FLOW_ID}/restore", {"version": 1, "base_revision": 2})
    assert [node["id"] for node in view["draft"]["nodes"]] == ["welcome", "people"]
    assert (view["revision"], view["is_changed"], view["published_version"]) == (3, True, 2)
    assert (await boss.command("GET", f"/flows/{FLOW_ID}/versions/2"))["nodes"][0]["id"] == "notice"


async def test_the_numbers_that_answer_with_a_flow_are_listed(web: RunningApp, boss: Person) -> None:
    await begun(boss)
    async with web.database.transaction() as tx:
        await tx.execute(
            "insert into phone_numbers (number, label, flow_id, queue_id) values ('+886255500100', 'Main', $1, $2)",
            FLOW_ID,
            web.queue_id,
        )
    uses = await boss.command("GET", f"/flows/{FLOW_ID}/uses")
    assert uses == [
        {
            "channel": "voice",
            "address": "+886255500100",
            "label": "Main",
            "locale": "zh-Hant",
            "queue": "help",
        }
    ]


async def trial(person: Person, **body: Any) -> dict[str, Any]:
    """One turn of a trial run."""
    view: dict[str, Any] = await person.command("POST", f"/flows/{FLOW_ID}/trial", body)
    return view


async def test_a_trial_run_walks_the_real_flow_and_writes_nothing(web: RunningApp, boss: Person) -> None:
    for key in ("orders", "returns", "products", "vip"):
        await new_queue(web, key)
    demo = demo_flow().model_dump(mode="json")
    body = {"flow_id": str(FLOW_ID), "key": "main", "definition": demo}
    await boss.command("POST", "/flows", body)
    tables = "select (select count(*) from contacts), (select count(*) from faq_searches)"
    first = await trial(boss, facts={"locale": "en", "name": "Mei Lin", "known": True})
    assert first["action"] == "collect"
    assert "Mei Lin" in " ".join(prompt["text"] for prompt in first["prompts"])
    assert first["choices"]
    person = await trial(boss, state=first["state"], input={"kind": "keys", "keys": "0"})
    assert (person["action"], person["is_over"], person["reason"]) == ("enqueue", True, "asked_for_agent")
    async with web.database.read() as reader:
        assert tuple((await reader.fetchrow(tables)).values()) == (0, 0)  # type: ignore[union-attr]


async def test_a_spoken_question_is_searched_in_a_trial_run(web: RunningApp, boss: Person) -> None:
    nodes = [
        {"kind": "ask", "id": "welcome", "found": "people", "unsure": "people", "none": "people",
         "otherwise": "people"},
        {"kind": "queue", "id": "people", "queue": "help"},
    ]  # fmt: skip
    await begun(boss, nodes=nodes)
    first = await trial(boss, facts={"locale": "en"})
    assert first["open_question"]
    told = await trial(boss, state=first["state"], input={"kind": "words", "text": "Where is my parcel?"})
    assert (told["search"]["zone"], told["reason"]) == ("none", "no_answer_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"state": {"schema": 1}}, "input"),
        ({"state": {"schema": 1}, "input": {"kind": "silence"}}, "state.flow_key"),
        ({"facts": {"locale": "fr"}}, "facts.locale"),
    ],
)
async def test_a_wrong_turn_of_a_trial_run_is_refused_by_name(
    web: RunningApp, boss: Person, body: dict[str, Any], field: str
) -> None:
    await begun(boss)
    answer = await boss.call("POST", f"/flows/{FLOW_ID}/trial", body)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json()["errors"]}


async def test_agents_neither_read_nor_write_flows(web: RunningApp, boss: Person) -> None:
    await begun(boss)
    mei = await web.person("mei")
    for method, path, body in (
        ("GET", "/flows", None),
        ("PUT", f"/flows/{FLOW_ID}/draft", {"base_revision": 1, "definition": document()}),
        ("POST", f"/flows/{FLOW_ID}/publish", {"base_revision": 1}),
    ):
        assert (await mei.call(method, path, body)).status_code == 403
