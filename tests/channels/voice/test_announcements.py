"""What the site has recorded is played to callers instead of our own words and music, and every document is valid."""

import re
from typing import Any
from uuid import UUID

import pytest

from app.channels.voice import screening
from app.core.ids import new_id
from simulator.twiml_check import check_document
from tests.channels.voice.line import BASE, KNOWN_CALLER, VOICE, Caller, Line, new_sid, spoken
from tests.channels.voice.test_farewell import set_rule

OUR_MUSIC = f"{BASE}/media/hold-music.wav"


def address(token: str) -> str:
    return f"{BASE}/media/announcements/{token}.wav"


def played(text: str) -> list[str]:
    """What a document plays, in order."""
    return re.findall(r"<Play>([^<]+)</Play>", text)


async def announcement(line: Line, name: str, texts: dict[str, str] | None = None, **sounds: str) -> UUID:
    """An announcement with these words, and ready sounds by language (`every`: for every language)."""
    announcement_id = new_id()
    async with line.database.transaction() as tx:
        await tx.execute(
            "insert into announcements (id, name, texts) values ($1, $2, $3)",
            announcement_id,
            name,
            texts or {},
        )
        for locale, token in sounds.items():
            await tx.execute(
                """insert into announcement_files (id, announcement_id, locale, version, state, is_current, token)
                   values ($1, $2, $3, 1, 'ready', true, $4)""",
                new_id(),
                announcement_id,
                None if locale == "every" else locale.replace("_", "-"),
                token,
            )
    return announcement_id


async def used(line: Line, occasion: str, announcement_id: UUID, *, of_queue: bool = False) -> None:
    """Hear it on this occasion: of the queue the flow leads to, or of the site."""
    async with line.database.transaction() as tx:
        queue = await tx.fetchval("select id from queues where key = 'orders'") if of_queue else None
        await tx.execute(
            "insert into announcement_uses values ($1, $2, $3)", occasion, queue, announcement_id
        )


async def emergency(line: Line, texts: dict[str, str]) -> None:
    """Set the emergency of every queue."""
    async with line.database.transaction() as tx:
        for queue in await tx.fetch("select id from queues"):
            await tx.execute("delete from emergencies where queue_id = $1", queue["id"])
            await tx.execute(
                "insert into emergencies (id, queue_id, texts) values ($1, $2, $3)",
                new_id(),
                queue["id"],
                texts,
            )


async def test_waiting_and_held_callers_hear_the_music_of_their_queue_else_of_the_site(line: Line) -> None:
    caller, _ = await line.talking()
    assert played((await caller.asks("hold")).text) == [OUR_MUSIC]
    await used(line, "music", await announcement(line, "site", every="site"))
    assert played((await caller.asks("hold")).text) == [address("site")]
    async with line.database.transaction() as tx:
        queue_id = await tx.fetchval("select queue_id from contacts where id = $1", caller.contact_id)
        own = await announcement(line, "queue", zh_Hant="queue")
        await tx.execute("insert into announcement_uses values ('music', $1, $2)", queue_id, own)
    document = (await caller.asks("hold")).text
    assert played(document) == [address("queue")]
    assert check_document(document, "conference-wait") == []


async def test_the_wait_begins_with_the_welcome_and_goes_on_as_ever(line: Line) -> None:
    await used(line, "welcome", await announcement(line, "welcome", zh_Hant="welcome"))
    caller = await line.waiting_caller()
    first = (await caller.asks("wait")).text
    assert played(first) == [address("welcome"), OUR_MUSIC]
    assert "忙線中" not in spoken(first), "it stands in for our own words"
    assert "下一位" in spoken(first), "the honest place is said all the same"
    assert check_document(first, "enqueue-wait") == []
    assert played((await caller.asks("wait")).text) == [OUR_MUSIC]


async def test_words_may_be_the_sites_own_too(line: Line) -> None:
    await used(line, "welcome", await announcement(line, "welcome", {"zh-Hant": "歡迎光臨<&>"}))
    caller = await line.waiting_caller()
    first = (await caller.asks("wait")).text
    assert spoken(first).startswith("歡迎光臨")
    assert check_document(first, "enqueue-wait") == []


async def test_an_announcement_in_another_language_leaves_our_own_words(line: Line) -> None:
    await used(line, "welcome", await announcement(line, "welcome", {"en": "Welcome."}))
    caller = await line.waiting_caller()
    assert "忙線中" in spoken((await caller.asks("wait")).text)


async def test_an_emergency_is_heard_once_by_who_waits_and_by_who_comes(line: Line) -> None:
    waiting = await line.waiting_caller()
    await waiting.asks("wait")
    await emergency(line, {"en": "The line is down."})
    document = (await waiting.asks("wait")).text
    assert spoken(document).startswith("The line is down."), "in another language rather than not"
    assert check_document(document, "enqueue-wait") == []
    assert "The line is down." not in spoken((await waiting.asks("wait")).text)
    coming = await line.call("+886912345678")
    await coming.press("0")
    assert "The line is down." in spoken(coming.text)
    assert check_document(coming.text) == []
    assert "The line is down." not in spoken((await coming.asks("wait")).text)
    await emergency(line, {"zh-Hant": "線路已恢復。"})
    for caller in (waiting, coming):
        assert spoken((await caller.asks("wait")).text).startswith("線路已恢復。")


async def test_an_emergency_that_is_over_is_not_heard(line: Line) -> None:
    await emergency(line, {"en": "The line is down."})
    async with line.database.transaction() as tx:
        await tx.execute("update emergencies set until = switchboard_now() + interval '5 minutes'")
    await line.clock.advance(301)
    caller = await line.waiting_caller()
    for document in (caller.text, (await caller.asks("wait")).text):
        assert "The line is down." not in spoken(document)


async def test_the_notice_of_recording_is_played_and_counts_as_heard(line: Line) -> None:
    await set_rule(line, recording="always")
    await used(line, "consent", await announcement(line, "consent", zh_Hant="consent"))
    caller = await line.waiting_caller()
    assert played(caller.text) == [address("consent")]
    assert caller.text.index("<Play>") < caller.text.index("<Enqueue"), (
        "before the queue, where no key cuts it short"
    )
    assert await line.value("select consent from voice_calls") == "parking"
    await caller.asks("wait")
    assert await line.value("select consent from voice_calls") == "heard"


async def test_a_queue_has_a_notice_of_its_own_before_the_sites(line: Line) -> None:
    await set_rule(line, recording="always")
    await used(line, "consent", await announcement(line, "site", every="site"))
    own = await announcement(line, "own", every="own")
    async with line.database.transaction() as tx:
        await tx.execute("insert into announcement_uses select 'consent', id, $1 from queues", own)
    caller = await line.waiting_caller()
    assert played(caller.text) == [address("own")]


async def test_the_notice_before_the_room_is_played_too(line: Line) -> None:
    await set_rule(line, recording="always")
    await used(line, "consent", await announcement(line, "consent", zh_Hant="consent"))
    _, leg = await line.connecting()
    await line.run_commands()
    await leg.answers()
    await leg.joins()
    await line.run_commands()
    document = line.carrier.of("update_call")[-1].fields["Twiml"]
    assert played(document) == [address("consent")]
    assert check_document(document) == []


@pytest.mark.parametrize("rule", [{}, {"closed": {"do": "message", "text": {"zh-Hant": "今日公休。"}}}])
async def test_a_closed_queue_plays_its_announcement_unless_the_rule_has_words(
    line: Line, rule: dict[str, Any]
) -> None:
    await used(line, "closed", await announcement(line, "closed", every="closed"))
    await set_rule(line, is_closed=True, overflow=rule)
    caller = await line.waiting_caller()
    await line.route()
    assert await line.run_commands() == ["say_goodbye done"]
    document = line.carrier.of("update_call")[-1].fields["Twiml"]
    assert (played(document), spoken(document)) == (([], "今日公休。") if rule else ([address("closed")], ""))
    assert check_document(document) == []
    assert (await caller.asks("wait")).text == document, "who asks first hears the same"


async def test_a_blocked_number_hears_the_sites_announcement(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening, "FRESH_SECONDS", 0.0)
    await used(line, "blocked", await announcement(line, "blocked", every="blocked"))
    async with line.database.transaction() as tx:
        await tx.execute("insert into blocked_callers (number, reason) values ($1, 'threats')", KNOWN_CALLER)
    caller = Caller(line, new_sid(), KNOWN_CALLER)
    document = (await line.send(f"{VOICE}/inbound", caller.fields(CallStatus="ringing"))).text
    assert played(document) == [address("blocked")]
    assert check_document(document) == []
