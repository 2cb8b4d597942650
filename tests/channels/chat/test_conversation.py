"""A chat from the first word to the last, as the visitor and the agent see it."""

import asyncio
from uuid import uuid4

from app.channels.chat import presence
from tests.channels.chat.shop import Shop, at_work
from tests.support.app import RunningApp


async def test_a_message_is_stored_once_and_numbered(shop: Shop) -> None:
    visitor = await shop.visitor()
    async with visitor.socket() as socket:
        frame = {"type": "message", "client_id": str(uuid4()), "body": "Hello"}
        first, again = await socket.ask(frame), await socket.ask(frame)
        assert first["message"] == again["message"]
        assert first["message"]["seq"] == 1
        assert (await socket.say("Anybody?"))["seq"] == 2
        await socket.message(seq=2)
        assert [m["seq"] for m in socket.messages] == [1, 2]


async def test_without_a_flow_the_first_message_queues_the_chat(shop: Shop) -> None:
    visitor = await shop.visitor()
    async with visitor.socket() as socket:
        assert socket.newest_state["phase"] == "new"
        await socket.say("I need help")
        state = await socket.state(phase="waiting")
        assert state["queue"]["position"] == 1
        assert state["queue"]["low_seconds"] is None, "no honest figure without recent talks"


async def test_agent_and_visitor_talk_with_marks_typing_and_names(web: RunningApp, shop: Shop) -> None:
    mei, visitor = await web.person("mei"), await shop.visitor()
    async with at_work(mei) as console, visitor.socket() as socket:
        await socket.say("Where is my parcel?")
        contact_id = await shop.talking(visitor, mei)
        assert (await socket.state(phase="talking"))["agent"] == {"name": "Mei"}
        sent = await shop.reply(mei, contact_id, "On its way.")
        assert sent["status"] == "sent"
        heard = await socket.message(sender="agent")
        assert (heard["body"], heard["agent_name"], heard["seq"]) == ("On its way.", "Mei", 2)

        await socket.send({"type": "delivered", "seq": 2})
        await console.next("events")
        await mei.command("PUT", f"/contacts/{contact_id}/messages/read", {"seq": 1})
        assert (await socket.state(marks={"agent_read": 1, "delivered": 2, "read": 0}))["phase"] == "talking"
        await socket.send({"type": "read", "seq": 2})
        await socket.state(marks={"agent_read": 1, "delivered": 2, "read": 2})
        page = await mei.command("GET", f"/contacts/{contact_id}/messages")
        assert [m["status"] for m in page["messages"]] == ["received", "read"]

        await socket.send({"type": "typing", "is_typing": True})
        typing = await console.next("typing")
        assert (typing["contact_id"], typing["is_typing"]) == (str(contact_id), True)
        await console.send({"type": "typing", "contact_id": str(contact_id), "is_typing": True})
        assert (await socket.next("typing"))["is_typing"] is True


async def test_marks_never_go_back_nor_past_the_last_message(web: RunningApp, shop: Shop) -> None:
    visitor = await shop.visitor()
    await visitor.say("one")
    await visitor.command("POST", "/signals", {"read": 99})
    await visitor.command("POST", "/signals", {"read": 0, "delivered": 0})
    assert (await visitor.state())["marks"] == {"agent_read": 0, "delivered": 1, "read": 1}


async def test_a_note_never_reaches_the_visitor(web: RunningApp, shop: Shop) -> None:
    mei, visitor = await web.person("mei"), await shop.visitor()
    async with at_work(mei), visitor.socket() as socket:
        await socket.say("Hi")
        contact_id = await shop.talking(visitor, mei)
        note = {"client_id": str(uuid4()), "body": "a difficult one"}
        await mei.command("POST", f"/contacts/{contact_id}/notes", note)
        await shop.reply(mei, contact_id, "Hello")
        await socket.message(sender="agent")
        assert "difficult" not in str(socket.heard)


async def test_a_message_after_the_end_opens_the_chat_again_for_the_same_agent(
    web: RunningApp, shop: Shop
) -> None:
    mei, visitor = await web.person("mei"), await shop.visitor()
    async with at_work(mei), visitor.socket() as socket:
        await socket.say("Hi")
        contact_id = await shop.talking(visitor, mei)
        await mei.command("POST", f"/contacts/{contact_id}/hang-up")
        await socket.state(phase="ended")
        again = await socket.say("One more thing")
        assert again["seq"] == 2, "the same conversation goes on"
        await socket.state(phase="waiting")
    [row] = await shop.fetch(
        "select preferred_agent from contacts where id = $1", await shop.contact_of(visitor)
    )
    assert row["preferred_agent"] == mei.agent_id
    assert await shop.contact_of(visitor) != contact_id


async def test_a_rating_is_asked_once_and_a_low_one_is_followed_up(web: RunningApp, shop: Shop) -> None:
    mei, visitor = await web.person("mei"), await shop.visitor()
    async with at_work(mei), visitor.socket() as socket:
        await socket.say("Hi")
        contact_id = await shop.talking(visitor, mei)
        assert (await visitor.call("POST", "/rating", {"score": 5})).status_code == 409
        await socket.ask({"type": "end"})
        assert (await socket.state(phase="ended"))["rating"] == {"state": "asked", "score": None}
        await visitor.command("POST", "/rating", {"score": 2, "comment": "slow"})
        await visitor.command("POST", "/rating", {"score": 2, "comment": "slow"})
        assert (await visitor.call("POST", "/rating", {"score": 5})).status_code == 409
        assert (await socket.state(rating={"state": "answered", "score": 2}))["phase"] == "ended"
    rows = await shop.fetch("select contact_id, score, comment, follow_up from surveys")
    assert [tuple(row) for row in rows] == [(contact_id, 2, "slow", "open")]


async def test_several_tabs_are_one_conversation(shop: Shop) -> None:
    visitor = await shop.visitor()
    async with visitor.socket() as one, visitor.socket() as other:
        await one.say("from the first tab")
        assert (await other.message(seq=1))["body"] == "from the first tab"
        await other.say("from the second")
        assert (await one.message(seq=2))["body"] == "from the second"


async def test_a_client_that_comes_back_is_given_what_it_missed_and_nothing_twice(
    web: RunningApp, shop: Shop
) -> None:
    mei, visitor = await web.person("mei"), await shop.visitor()
    async with at_work(mei):
        async with visitor.socket() as socket:
            await socket.say("Hi")
            contact_id = await shop.talking(visitor, mei)
            conversation = (await visitor.updates())["conversation_id"]
        for n in range(3):
            await shop.reply(mei, contact_id, f"answer {n}")
        async with visitor.socket(after=2, conversation_id=conversation) as back:
            updates = back.welcome["updates"]
            assert updates["mode"] == "resume"
            assert [m["seq"] for m in updates["messages"]] == [3, 4]
        async with visitor.socket(after=99, conversation_id=conversation) as wrong:
            assert wrong.welcome["updates"]["mode"] == "reset", "nobody can have what there is not"


async def test_without_a_socket_the_long_poll_brings_the_same(web: RunningApp, shop: Shop) -> None:
    mei, visitor = await web.person("mei"), await shop.visitor()
    async with at_work(mei):
        await visitor.say("Hi")
        contact_id = await shop.talking(visitor, mei)
        found = await visitor.updates()
        query = {"conversation_id": found["conversation_id"], "after": 1, "state": found["state"]["version"]}
        waiting = asyncio.ensure_future(visitor.updates(**query, wait=20))
        await shop.reply(mei, contact_id, "Hello")
        updates = await waiting
    assert updates["mode"] == "resume"
    assert [m["body"] for m in updates["messages"]] == ["Hello"]


async def test_a_visitor_who_is_gone_is_shown_as_away_and_comes_back(web: RunningApp, shop: Shop) -> None:
    mei, visitor = await web.person("mei"), await shop.visitor()
    async with at_work(mei):
        await visitor.say("Hi")
        contact_id = await shop.talking(visitor, mei)
        await shop.execute("update chats set seen_at = switchboard_now() - interval '2 minutes'")
        [chat] = await shop.fetch("select conversation_id from chats")
        async with web.database.transaction() as tx:
            now = await tx.fetchval("select switchboard_now()")
            assert await presence.gone(tx, chat["conversation_id"], now=now, grace=now - now)
        view = await mei.command("GET", f"/contacts/{contact_id}")
        assert view["chat"]["is_away"] is True
        async with visitor.socket():
            view = await mei.command("GET", f"/contacts/{contact_id}")
            assert view["chat"]["is_away"] is False


async def test_card_numbers_are_masked_before_they_are_stored(shop: Shop) -> None:
    visitor = await shop.visitor()
    said = await visitor.say("my card is 4111 1111 1111 1111, order 123456")
    assert said["body"] == "my card is ***, order 123456"
    assert not await shop.fetch("select 1 from messages where body like '%4111%'")
