"""Conversations by message over REST: read, write once, open a file, and only what one may."""

from datetime import timedelta
from uuid import UUID

from app.contacts.lifecycle import ContactState
from app.contacts.messages import NewAttachment
from app.core.ids import new_id
from app.customers.phones import normalise
from app.intake import texts
from app.intake.texts import Text, TextLine
from app.routing import service as routing
from app.routing.offers import Offer
from app.selfservice.locales import Locale
from tests.support.app import CALLER, Person, RunningApp
from tests.support.stored import stored


async def written(web: RunningApp, person: Person | None, *bodies: str, files: int = 0) -> UUID:
    """A customer's messages; with `person` in that agent's hands."""
    line = TextLine(web.queue_id, Locale.EN, timedelta(hours=24))
    async with web.database.transaction() as tx:
        now = await tx.fetchval("select switchboard_now()")
        for body in bodies:
            attachments = [NewAttachment("https://carrier.invalid/x", "image/png")] * files
            text = Text(
                "messaging", CALLER, "+886255500100", normalise(CALLER), str(new_id()), body, attachments
            )
            message = await texts.receive(tx, text, line, now=now)
        if person is not None:
            proposal = routing.Proposal(message.contact_id, person.agent_id, now + timedelta(seconds=20))
            [offer] = await routing.make_offers(tx, [proposal], epoch=1)
            assert isinstance(offer, Offer)
            offer_id = offer.id
    if person is not None:
        answer = await person.command("POST", f"/offers/{offer_id}/accept")
        assert answer["state"] == "accepted"
    return message.contact_id


async def test_an_agent_reads_and_answers_a_conversation(web: RunningApp) -> None:
    mei = await web.person("mei")
    async with mei.console() as console:
        await mei.command("PUT", "/agents/me/presence", {"presence": "available"})
        contact_id = await written(web, mei, "你好", "在嗎？🙂")
        page = await mei.command("GET", f"/contacts/{contact_id}/messages")
        assert [(m["seq"], m["body"], m["status"]) for m in page["messages"]] == [
            (1, "你好", "received"), (2, "在嗎？🙂", "received"),
        ]  # fmt: skip
        order = {"client_id": str(new_id()), "body": "您好！"}
        sent = await mei.command("POST", f"/contacts/{contact_id}/messages", order)
        assert (sent["status"], sent["sender"], sent["agent_name"]) == ("pending", "agent", "Mei")
        assert await mei.command("POST", f"/contacts/{contact_id}/messages", order) == sent
        await console.settle()
        assert [e["message"]["body"] for e in console.events if e["type"] == "message.added"] == ["您好！"]
        older = await mei.command("GET", f"/contacts/{contact_id}/messages?before=3&limit=1")
        assert ([m["seq"] for m in older["messages"]], older["next_before"]) == ([2], 2)
        ended = await mei.command("POST", f"/contacts/{contact_id}/hang-up")
        assert ended["state"] == ContactState.WRAP_UP
        late = {"client_id": str(new_id()), "body": "one more"}
        refused = await mei.call("POST", f"/contacts/{contact_id}/messages", late)
        assert (refused.status_code, refused.json()["code"]) == (409, "cannot_write")


async def test_nobody_writes_in_a_colleagues_conversation(web: RunningApp) -> None:
    mei, jun = await web.person("mei"), await web.person("jun")
    async with mei.console():
        await mei.command("PUT", "/agents/me/presence", {"presence": "available"})
        contact_id = await written(web, mei, "hello")
        order = {"client_id": str(new_id()), "body": "hi"}
        assert (await jun.call("POST", f"/contacts/{contact_id}/messages", order)).status_code == 404
        assert (
            await mei.call("POST", f"/contacts/{contact_id}/messages", {**order, "body": ""})
        ).status_code == 422
        long = {**order, "body": "x" * 1601}
        assert (await mei.call("POST", f"/contacts/{contact_id}/messages", long)).status_code == 422
    assert (await web.client().get(f"/api/v1/contacts/{contact_id}/messages")).status_code == 401


async def test_a_contact_without_messages_has_an_empty_conversation(web: RunningApp) -> None:
    mei = await web.person("mei")
    page = await mei.command("GET", f"/contacts/{await web.queued()}/messages")
    assert (page["conversation_id"], page["messages"]) == (None, [])


async def test_a_file_is_opened_by_who_may_and_runs_nothing(web: RunningApp) -> None:
    mei = await web.person("mei")
    contact_id = await written(web, None, "see this", files=1)
    [message] = (await mei.command("GET", f"/contacts/{contact_id}/messages"))["messages"]
    [file] = message["attachments"]
    path = f"/contacts/{contact_id}/attachments/{file['attachment_id']}"
    assert (file["state"], file["url"]) == ("pending", None)
    assert (await mei.call("GET", path)).status_code == 404
    object_id = await stored(web.database, web.app.state.files, b"png", "image/png", "messages")
    async with web.database.transaction() as tx:
        await tx.execute("update message_attachments set state = 'stored', object_id = $1", object_id)
    answer = await mei.call("GET", path)
    assert (answer.status_code, answer.content) == (200, b"png")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await mei.call("GET", path.replace(str(contact_id), str(new_id())))).status_code == 404
    assert (await web.client().get(f"/api/v1{path}")).status_code == 401
