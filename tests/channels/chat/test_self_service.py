"""The flow in a chat: buttons instead of keys, then people; and what happens when nobody is there."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from app.channels.chat.outlet import ChatOutlet
from app.channels.chat.timers import ChatTimers
from app.channels.chat.wording import restored, shown
from app.core.db import Database
from app.core.ids import new_id
from app.routing.outlets import Outlets
from app.routing.overflow import divert
from app.routing.overflow_rules import Cause
from app.selfservice.demo_flow import demo_flow
from app.selfservice.locales import Locale
from app.selfservice.prompts import message
from app.selfservice.turns import Zone
from tests.channels.chat.shop import Shop, Visitor, at_work, open_shop
from tests.selfservice.calls import FACTS, PARCEL, RETURN, Call
from tests.support.app import RunningApp


async def shop_with_flow(web: RunningApp) -> Shop:
    flow, flow_id = demo_flow(), new_id()
    async with web.database.transaction() as tx:
        await tx.execute(
            "insert into flows (id, key, name, published_version) values ($1, $2, 'Flow', 1)",
            flow_id,
            flow.key,
        )
        await tx.execute(
            "insert into flow_versions (flow_id, version, definition) values ($1, 1, $2)",
            flow_id,
            flow.model_dump(mode="json"),
        )
        await tx.execute("insert into skills (key) values ('english'), ('parcels') on conflict do nothing")
    return await open_shop(
        web, flow_id=flow_id, skills={"locales": {"en": ["english"]}, "topics": {"delivery": ["parcels"]}}
    )


async def test_the_flow_asks_by_buttons_and_a_press_is_a_message(web: RunningApp) -> None:
    shop = await shop_with_flow(web)
    visitor = await shop.visitor(locale="en")
    async with visitor.socket() as socket:
        await socket.ask({"type": "start", "client_id": str(uuid4())})
        state = await socket.state(phase="self_service")
        prompt = state["prompt"]
        assert prompt["choices"][-1] == {"key": "0", "label": "Talk to a person"}
        greeting = (await socket.message(seq=1))["body"]
        assert "calling" not in greeting
        choice = prompt["choices"][0]
        pressed = {"step": prompt["step"], "key": choice["key"]}
        said = await socket.say(choice["label"], choice=pressed)
        assert (said["sender"], said["body"]) == ("visitor", choice["label"])
        answer = await socket.message(seq=3)
        assert answer["sender"] == "system"


async def test_who_asks_for_a_person_is_queued_with_the_skills_of_the_language(web: RunningApp) -> None:
    shop = await shop_with_flow(web)
    visitor = await shop.visitor(locale="en")
    async with visitor.socket() as socket:
        await socket.ask({"type": "start", "client_id": str(uuid4())})
        prompt = (await socket.state(phase="self_service"))["prompt"]
        await socket.say("Talk to a person", choice={"step": prompt["step"], "key": "0"})
        await socket.state(phase="waiting")
    [row] = await shop.fetch("select required_skills from contacts")
    assert row["required_skills"]["english"] == 1


async def test_a_button_of_an_older_step_is_an_ordinary_message(web: RunningApp) -> None:
    shop = await shop_with_flow(web)
    visitor = await shop.visitor(locale="en")
    await visitor.command("POST", "/start", {"client_id": str(uuid4())})
    step = (await visitor.state())["prompt"]["step"]
    await visitor.say("nothing like it", choice={"step": step - 1, "key": "0"})
    assert (await visitor.state())["phase"] == "self_service", "key 0 of an older step asks for nobody"


async def test_who_asks_at_once_is_not_asked_what_it_is_about(web: RunningApp) -> None:
    shop = await shop_with_flow(web)
    visitor = await shop.visitor(locale="en")
    await visitor.say("I want to talk to a person")
    messages = (await visitor.updates())["messages"]
    assert [m["sender"] for m in messages] == ["visitor", "system"]
    assert (await visitor.state())["phase"] == "waiting"


def test_a_choice_of_articles_is_shown_as_their_titles() -> None:
    facts = replace(FACTS, is_written=True)
    turn = Call(facts).press("3").say("東西").find(Zone.CHOOSE, PARCEL, RETURN).turn
    seen = shown(turn)
    extra = [message(f"written.{one}", Locale.ZH_HANT) for one in ("choose.none", "person")]
    assert [choice.label for choice in seen.choices] == [PARCEL.title, RETURN.title, *extra]
    assert restored(seen.stored()) == seen


def test_what_another_channel_kept_asks_nothing() -> None:
    assert restored("<Response/>").choices == ()
    assert restored(None).text == ""


async def closed_for(shop: Shop, visitor: Visitor, database: Database, cause: Cause) -> Any:
    contact_id = await shop.contact_of(visitor)
    outlets = Outlets({"chat": ChatOutlet(shop.web.settings)})
    async with database.transaction() as tx:
        now = await tx.fetchval("select switchboard_now()")
        item = await tx.fetchval("select work_item from contacts where id = $1", contact_id)
        return await divert(tx, contact_id=contact_id, work_item=item, cause=cause, now=now, outlets=outlets)


async def test_a_closed_queue_says_so_and_a_message_can_be_left_that_waits(
    web: RunningApp, shop: Shop
) -> None:
    visitor = await shop.visitor()
    async with visitor.socket() as socket:
        await socket.say("Anybody?")
        await closed_for(shop, visitor, web.database, Cause.CLOSED)
        state = await socket.state(phase="ended")
        assert state["may_leave_message"] is True
        assert "leave a message" in (await socket.message(seq=2))["body"]
    new = {"client_id": str(uuid4()), "body": "Please call me"}
    assert (await visitor.call("POST", "/left-messages", new)).status_code == 422
    left = await visitor.command("POST", "/left-messages", {**new, "email": "ann@mail.example"})
    again = await visitor.command("POST", "/left-messages", {**new, "email": "ann@mail.example"})
    assert left == again
    kept = await closed_for(shop, visitor, web.database, Cause.CLOSED)
    assert kept.state == "queued", "what was left is never turned away"
    [row] = await shop.fetch(
        "select media -> 'chat' ->> 'email' as email from contacts where state = 'queued'"
    )
    assert row["email"] == "ann@mail.example"


async def test_a_visitor_gone_for_long_leaves_the_queue_unless_there_is_where_to_answer(
    web: RunningApp, shop: Shop
) -> None:
    gone, reachable = await shop.visitor(), await shop.visitor()
    await gone.say("Hi")
    await reachable.command("POST", "/details", {"email": "ann@mail.example"})
    await reachable.say("Hi")
    timers = ChatTimers(web.database, web.settings)
    await shop.execute("update chats set seen_at = switchboard_now() - interval '2 minutes'")
    await timers.run_due()
    assert {r["state"] for r in await shop.fetch("select state from contacts")} == {"queued"}
    await shop.execute(
        """update chats set seen_at = switchboard_now() - interval '20 minutes',
             away_since = switchboard_now() - interval '19 minutes'"""
    )
    await timers.run_due()
    rows = await shop.fetch("select state, outcome from contacts order by opened_at")
    assert [tuple(r) for r in rows] == [("closed", "abandoned_in_queue"), ("queued", None)]


async def test_what_was_not_read_is_noted_for_the_mail(web: RunningApp, shop: Shop) -> None:
    mei, visitor = await web.person("mei"), await shop.visitor()
    await visitor.command("POST", "/details", {"email": "ann@mail.example"})
    async with at_work(mei):
        await visitor.say("Hi")
        contact_id = await shop.talking(visitor, mei)
        for n in range(2):
            await shop.reply(mei, contact_id, f"answer {n}")
        await visitor.command("POST", "/signals", {"read": 2})
        await mei.command("POST", f"/contacts/{contact_id}/hang-up")
    rows = await shop.fetch("select email, from_seq, to_seq, sent_at from chat_follow_ups")
    assert [tuple(r) for r in rows] == [("ann@mail.example", 3, 3, None)]


async def test_an_agent_who_is_lost_gives_the_chat_back_to_the_queue(web: RunningApp, shop: Shop) -> None:
    mei, visitor = await web.person("mei"), await shop.visitor()
    async with at_work(mei), visitor.socket() as socket:
        await socket.say("Hi")
        await shop.talking(visitor, mei)
        await socket.state(phase="talking")
        await shop.execute(
            "update agent_states set is_connected = false, lost_at = switchboard_now() - interval '2 minutes'"
        )
        await ChatTimers(web.database, web.settings).run_due()
        await socket.state(phase="waiting", agent=None)


async def test_the_widget_searches_what_the_public_may_read(web: RunningApp, shop: Shop) -> None:
    visitor = await shop.visitor()
    found = await visitor.command("GET", "/faq", params={"q": "where is 4111111111111111"})
    assert found["zone"] == "none"
    [row] = await shop.fetch("select channel, question_masked from faq_searches")
    assert row["channel"] == "chat"
    assert "4111" not in row["question_masked"]
    verdict = {"article_id": str(uuid4()), "outcome": "helped"}
    answer = await visitor.call("POST", f"/faq/{uuid4()}/outcome", verdict)
    assert answer.status_code == 404
