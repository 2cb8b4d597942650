"""What must be refused, and that refusing changes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.channels.chat import identity_tokens
from app.channels.chat.errors import IdentityRefused
from app.channels.chat.identity_tokens import IdentityKey
from tests.channels.chat.shop import ORIGIN, Shop, VisitorSocket, at_work, identity_token, open_shop
from tests.support.app import Person, RunningApp, close_code

SECRET = "s" * 64


async def admin(web: RunningApp) -> Person:
    return await web.person("root", role="admin")


async def identity_key(web: RunningApp, shop: Shop, kid: str = "k1") -> str:
    root = await admin(web)
    new = {"kid": kid, "algorithm": "HS256"}
    made = await root.command("POST", f"/widget-keys/{shop.key}/identity-keys", new)
    return str(made["secret"])


@pytest.mark.parametrize(
    "origin", ["https://evil.example.com", "https://shop.example.com.evil.example", "null", None]
)
async def test_a_page_of_another_origin_is_refused(shop: Shop, origin: str | None) -> None:
    visitor = await shop.visitor()
    before = await shop.fingerprint()
    headers = {"Origin": origin} if origin else {}
    opened = await visitor.http.post(f"/api/v1/chat/{shop.key}/sessions", json={}, headers=headers)
    assert (opened.status_code, opened.json()["code"]) == (403, "origin_refused")
    assert "access-control-allow-origin" not in opened.headers
    bearer = {"Authorization": f"Bearer {visitor.token}", **headers}
    new = {"client_id": str(uuid4()), "body": "x"}
    wrote = await visitor.http.post("/api/v1/chat/messages", json=new, headers=bearer)
    assert wrote.status_code == 403
    with pytest.raises(InvalidStatus):
        async with shop.socket(origin=origin):
            pass
    assert await shop.fingerprint() == before


async def test_a_page_of_the_site_may_read_answers_and_errors(shop: Shop) -> None:
    visitor = await shop.visitor()
    good = await visitor.call("GET", "/updates", params={"wait": 0})
    bad = await visitor.call("POST", "/rating", {"score": 5})
    for answer in (good, bad):
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "access-control-allow-credentials" not in answer.headers
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    preflight = await visitor.http.options("/api/v1/chat/messages", headers=asked)
    assert preflight.status_code == 204
    assert "Authorization" in preflight.headers["access-control-allow-headers"]


async def test_the_key_of_another_site_opens_nothing(web: RunningApp, shop: Shop) -> None:
    other = await open_shop(web, origins=["https://other.example.com"])
    visitor = await shop.visitor()
    with pytest.raises(InvalidStatus):
        async with shop.socket(key=other.key):
            pass
    async with shop.socket(origin="https://other.example.com", key=other.key) as raw:
        socket = VisitorSocket(raw)
        answer = await socket.ask({"type": "hello", "ticket": visitor.ticket})
        assert (answer["type"], answer["code"]) == ("error", "not_signed_in")
        with pytest.raises(ConnectionClosed) as closed:
            await socket.next()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401


async def test_a_ticket_opens_one_socket_once(shop: Shop) -> None:
    visitor = await shop.visitor()
    for expected in ("welcome", "error"):
        async with shop.socket() as raw:
            answer = await VisitorSocket(raw).ask({"type": "hello", "ticket": visitor.ticket})
            assert answer["type"] == expected


async def test_a_key_that_is_switched_off_refuses_and_closes(web: RunningApp, shop: Shop) -> None:
    root, visitor = await admin(web), await shop.visitor()
    async with visitor.socket() as socket:
        await root.command("PATCH", f"/widget-keys/{shop.key}", {"is_enabled": False})
        assert await close_code(socket.socket) == 4403
    answer = await visitor.call("POST", "/messages", {"client_id": str(uuid4()), "body": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "widget_off")


async def test_nothing_of_another_visitor_can_be_read_or_used(web: RunningApp, shop: Shop) -> None:
    victim, thief = await shop.visitor(), await shop.visitor()
    await victim.say("my secret")
    upload = await victim.command("POST", "/uploads", params={"name": "a.txt"}, content=b"mine")
    conversation = (await victim.updates())["conversation_id"]
    before = await shop.fingerprint()
    stolen = await thief.updates(conversation_id=conversation, after=0)
    assert (stolen["conversation_id"], stolen["messages"]) == (None, [])
    read = await thief.call("GET", "/messages", params={"conversation_id": conversation})
    nothing = await thief.call("GET", "/messages", params={"conversation_id": str(uuid4())})
    assert read.status_code == nothing.status_code == 404
    assert read.json() == nothing.json(), "the answer must not tell whether it exists"
    taken = {"client_id": str(uuid4()), "body": "x", "upload_ids": [upload["upload_id"]]}
    assert (await thief.call("POST", "/messages", taken)).status_code == 422
    assert await shop.fingerprint() == before
    async with thief.socket(conversation_id=conversation, after=0) as socket:
        assert socket.welcome["updates"]["messages"] == []


async def test_a_blocked_visitor_may_not_write_and_loses_the_socket(web: RunningApp, shop: Shop) -> None:
    boss, visitor = await web.person("boss", role="supervisor"), await shop.visitor()
    async with visitor.socket() as socket:
        new = {"kind": "visitor", "value": str(visitor.visitor_id), "reason": "spam"}
        block = await boss.command("POST", "/chat-blocks", new)
        refused = await socket.ask({"type": "message", "client_id": str(uuid4()), "body": "x"})
        assert refused["code"] == "blocked"
        assert await close_code(socket.socket) == 4403
    await boss.command("DELETE", f"/chat-blocks/{block['block_id']}")
    assert (await visitor.say("sorry"))["seq"] == 1


async def test_frames_that_are_none_of_ours_are_refused_and_the_socket_goes_on(shop: Shop) -> None:
    visitor = await shop.visitor()
    async with visitor.socket() as socket:
        for bad in ("{", "[]", '{"id": 7, "type": "nothing"}', '{"id": 7, "type": "message", "body": "x"}'):
            await socket.socket.send(bad)
            assert (await socket.next("error"))["code"] == "invalid_input"
        await socket.socket.send("x" * 40_000)
        assert (await socket.next("error"))["field"] == "frame"
        long = {"type": "message", "client_id": str(uuid4()), "body": "x" * 4001}
        assert (await socket.ask(long))["code"] == "invalid_input"
        empty = {"type": "message", "client_id": str(uuid4()), "body": " "}
        assert (await socket.ask(empty))["field"] == "body"
        assert (await socket.say("fine"))["seq"] == 1


async def test_who_writes_too_fast_is_slowed_down_and_nothing_is_lost(shop: Shop) -> None:
    visitor = await shop.visitor()
    async with visitor.socket() as socket:
        answers = [
            await socket.ask({"type": "message", "client_id": str(uuid4()), "body": str(n)})
            for n in range(40)
        ]
        refused = [a for a in answers if a["type"] == "error"]
        assert refused
        assert {a["code"] for a in refused} == {"too_many_attempts"}
        assert all(a["retry_after_seconds"] >= 1 for a in refused)
    [row] = await shop.fetch("select count(*) as n, max(seq) as last from messages")
    assert row["n"] == row["last"] == 40 - len(refused)


KEY = IdentityKey("k1", "HS256", SECRET.encode())
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def test_a_good_identity_token_says_who_it_is() -> None:
    token = identity_token(
        SECRET, "pk_x", now=NOW, email="a@b.example", email_verified=True, phone_number="1"
    )
    person = identity_tokens.person_of(token, KEY, audience="pk_x", now=NOW)
    assert (person.subject, person.email, person.phone) == ("u1", "a@b.example", None)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"aud": "pk_other"}, "aud"),
        ({"aud": None}, "aud"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"exp": None}, "exp"),
        ({"iat": None}, "iat"),
        ({"exp": int(NOW.timestamp()) + 3600}, "5 minutes"),
        ({"exp": int(NOW.timestamp()) - 60, "iat": int(NOW.timestamp()) - 120}, "over"),
        ({"iat": int(NOW.timestamp()) + 100, "exp": int(NOW.timestamp()) + 200}, "not good yet"),
        ({"exp": True}, "number"),
    ],
)
def test_an_identity_token_that_breaks_a_rule_proves_nothing(claims: dict[str, Any], why: str) -> None:
    token = identity_token(SECRET, "pk_x", now=NOW, **claims)
    with pytest.raises(IdentityRefused, match=why):
        identity_tokens.person_of(token, KEY, audience="pk_x", now=NOW)


def test_the_token_does_not_choose_how_it_is_checked() -> None:
    at = int(NOW.timestamp())
    claims = {"sub": "u1", "aud": "pk_x", "iat": at, "exp": at + 60}
    unsigned = jwt.encode(claims, "", "none", headers={"kid": "k1"})
    other = jwt.encode(claims, SECRET, "HS512", headers={"kid": "k1"})
    forged = jwt.encode(claims, "another secret, long enough to sign", "HS256", headers={"kid": "k1"})
    for token in (unsigned, other, forged, "no token", "a.b.c"):
        with pytest.raises(IdentityRefused):
            identity_tokens.person_of(token, KEY, audience="pk_x", now=NOW)


async def test_a_forged_identity_changes_nothing(web: RunningApp, shop: Shop) -> None:
    secret = await identity_key(web, shop)
    other = await open_shop(web, origins=["https://other.example.com"])
    visitor = await shop.visitor()
    await visitor.say("Hi")
    before = await shop.fingerprint()
    for token in (
        identity_token("x" * 64, shop.key),
        identity_token(secret, other.key),
        identity_token(secret, shop.key, kid="k2"),
        identity_token(secret, shop.key, exp=int(datetime.now(UTC).timestamp()) + 7200),
    ):
        answer = await visitor.call("POST", "/identify", {"identity_token": token})
        assert (answer.status_code, answer.json()["code"]) == (403, "identity_refused")
    assert await shop.fingerprint() == before


async def test_a_person_sees_the_chat_on_every_device_and_nobody_else_does(
    web: RunningApp, shop: Shop
) -> None:
    secret = await identity_key(web, shop)
    desk, phone, stranger = await shop.visitor(), await shop.visitor(), await shop.visitor()
    await desk.say("before I signed in")
    token = {"identity_token": identity_token(secret, shop.key, name="Ann")}
    updates = await desk.command("POST", "/identify", token)
    assert [m["body"] for m in updates["messages"]] == ["before I signed in"]
    async with phone.socket() as socket:
        assert socket.welcome["updates"]["messages"] == []
        await phone.command("POST", "/identify", token)
        heard = await socket.next("updates")
        assert heard["updates"]["mode"] == "reset"
        assert heard["updates"]["state"]["person"] == {"is_verified": True, "name": "Ann"}
        await desk.say("from the desk")
        await socket.message(body="from the desk")
    assert (await stranger.updates())["messages"] == []
    stolen = {"identity_token": identity_token(secret, shop.key, sub="u2")}
    answer = await desk.call("POST", "/identify", stolen)
    assert (answer.status_code, answer.json()["code"]) == (409, "identity_conflict")


async def test_a_chat_open_on_another_device_goes_on_and_the_one_here_is_closed(
    web: RunningApp, shop: Shop
) -> None:
    secret = await identity_key(web, shop)
    desk, phone = await shop.visitor(), await shop.visitor()
    token = {"identity_token": identity_token(secret, shop.key)}
    await desk.command("POST", "/identify", token)
    await desk.say("at the desk")
    await phone.say("at the phone, unknown")
    updates = await phone.command("POST", "/identify", token)
    assert [m["body"] for m in updates["messages"]] == ["at the desk"]
    assert (await phone.say("now known"))["seq"] == 2
    rows = await shop.fetch("select state, outcome from contacts order by opened_at")
    assert [tuple(r) for r in rows] == [("queued", None), ("closed", "abandoned_in_queue")]


async def customer_with(shop: Shop, mail: str, *, is_verified: bool) -> Any:
    customer_id = uuid4()
    await shop.execute("insert into customers (id, display_name) values ($1, 'Known')", customer_id)
    await shop.execute(
        """insert into identities (id, customer_id, kind, value, is_verified)
           values (gen_random_uuid(), $1, 'email', $2, $3)""",
        customer_id,
        mail,
        is_verified,
    )
    return customer_id


async def test_verified_mail_joins_the_customer_who_holds_it(web: RunningApp, shop: Shop) -> None:
    secret = await identity_key(web, shop)
    known = await customer_with(shop, "ann@mail.example", is_verified=True)
    visitor = await shop.visitor()
    await visitor.say("Hi")
    claims: dict[str, Any] = {"email": "Ann@mail.example", "email_verified": True}
    await visitor.command("POST", "/identify", {"identity_token": identity_token(secret, shop.key, **claims)})
    [row] = await shop.fetch("select customer_id, identification from contacts")
    assert tuple(row) == (known, "certain")
    held = await shop.fetch(
        "select value from identities where customer_id = $1 and kind = 'external'", known
    )
    assert [r["value"] for r in held] == [f"{shop.key}:u1"]


MAIL = {"email": "ann@mail.example"}


@pytest.mark.parametrize("claims", [{}, MAIL, {**MAIL, "email_verified": "yes"}])
async def test_unverified_mail_joins_nobody(web: RunningApp, shop: Shop, claims: dict[str, Any]) -> None:
    secret = await identity_key(web, shop)
    known = await customer_with(shop, "ann@mail.example", is_verified=True)
    visitor = await shop.visitor()
    await visitor.say("Hi")
    await visitor.command("POST", "/identify", {"identity_token": identity_token(secret, shop.key, **claims)})
    [row] = await shop.fetch("select customer_id from contacts")
    assert row["customer_id"] != known


async def test_shared_mail_gives_candidates_and_merges_nobody(web: RunningApp, shop: Shop) -> None:
    secret = await identity_key(web, shop)
    both = {await customer_with(shop, "family@mail.example", is_verified=True) for _ in range(2)}
    visitor = await shop.visitor()
    await visitor.say("Hi")
    claims: dict[str, Any] = {"email": "family@mail.example", "email_verified": True}
    await visitor.command("POST", "/identify", {"identity_token": identity_token(secret, shop.key, **claims)})
    [row] = await shop.fetch("select customer_id, identification, candidates from contacts")
    assert (row["customer_id"], row["identification"]) == (None, "likely")
    assert {c["customer_id"] for c in row["candidates"]} == {str(one) for one in both}
    [count] = await shop.fetch("select count(*) as n from customers")
    assert count["n"] == 2


async def test_what_the_visitor_says_of_themselves_proves_nothing(web: RunningApp, shop: Shop) -> None:
    await customer_with(shop, "ann@mail.example", is_verified=True)
    mei, visitor = await web.person("mei"), await shop.visitor()
    await visitor.command("POST", "/details", {"name": "Ann", "email": "ann@mail.example"})
    await visitor.say("I am Ann")
    [row] = await shop.fetch("select customer_id, identification from contacts")
    assert tuple(row) == (None, "likely")
    async with at_work(mei):
        contact_id = await shop.talking(visitor, mei)
        view = await mei.command("GET", f"/contacts/{contact_id}")
    assert (view["chat"]["name"], view["chat"]["is_verified"]) == ("Ann", False)


async def test_an_unknown_visitor_never_sees_what_was_before_the_window(web: RunningApp, shop: Shop) -> None:
    visitor = await shop.visitor()
    await visitor.say("long ago")
    await visitor.command("POST", "/end")
    await shop.execute("update conversations set last_at = switchboard_now() - interval '3 days'")
    assert (await visitor.updates())["messages"] == []
    assert (await visitor.say("today"))["seq"] == 1
    assert timedelta(hours=web.settings.conversation_reopen_hours) < timedelta(days=3)
