"""Widget keys, identity keys and canned replies, as administrators and supervisors make them."""

from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.channels.chat.shop import ORIGIN, Shop, at_work
from tests.support.app import RunningApp


def pem(key: Any) -> str:
    """The public half."""
    found: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return found.decode()


async def test_a_key_is_made_changed_and_audited(web: RunningApp) -> None:
    root = await web.person("root", role="admin")
    new = {"name": "Shop", "origins": [ORIGIN + "/"], "queue_id": str(web.queue_id), "locale": "en"}
    made = await root.command("POST", "/widget-keys", new)
    assert made["origins"] == [ORIGIN]
    assert made["key"] in made["snippet"]
    changed = await root.command(
        "PATCH", f"/widget-keys/{made['key']}", {"appearance": {"color": "#3A55D1", "title": {"en": "Hi"}}}
    )
    assert changed["appearance"]["color"] == "#3a55d1"
    config = await web.client().get(f"/api/v1/chat/{made['key']}/config", headers={"Origin": ORIGIN})
    assert config.json()["appearance"]["title"] == {"en": "Hi"}
    assert (config.json()["is_open"], config.json()["locale"]) == (True, "en")
    async with web.database.read() as reader:
        rows = await reader.fetch("select action from audit_log where object like 'widget:%' order by id")
    assert [row["action"] for row in rows] == ["widget_key.created", "widget_key.changed"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"origins": ["https://*.example.com"]}, "origins.0"),
        ({"origins": ["http://shop.example.com"]}, "origins.0"),
        ({"origins": ["https://shop.example.com/path"]}, "origins.0"),
        ({"queue_id": str(uuid4())}, "queue_id"),
        ({"flow_id": str(uuid4())}, "flow_id"),
        ({"locales": ["en"], "locale": "zh-Hant"}, "locale"),
        ({"skills": {"topics": {"x": ["no such skill"]}}}, "skills"),
        ({"appearance": {"color": "red"}}, "appearance.color"),
    ],
)
async def test_a_wrong_field_is_named(web: RunningApp, change: dict[str, Any], field: str) -> None:
    root = await web.person("root", role="admin")
    new = {"name": "Shop", "origins": [ORIGIN], "queue_id": str(web.queue_id), **change}
    answer = await root.call("POST", "/widget-keys", new)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


async def test_identity_keys_are_checked_and_a_secret_is_told_once(web: RunningApp, shop: Shop) -> None:
    root = await web.person("root", role="admin")
    path = f"/widget-keys/{shop.key}/identity-keys"
    good = {
        "hs": {"algorithm": "HS256"},
        "es": {"algorithm": "ES256", "public_key": pem(ec.generate_private_key(ec.SECP256R1()))},
        "rs": {"algorithm": "RS256", "public_key": pem(rsa.generate_private_key(65537, 2048))},
    }
    for kid, key in good.items():
        made = await root.command("POST", path, {"kid": kid, **key})
        assert (made["secret"] is not None) == (kid == "hs")
    wrong = [
        {"algorithm": "HS256", "public_key": good["es"]["public_key"]},
        {"algorithm": "ES256"},
        {"algorithm": "ES256", "public_key": good["rs"]["public_key"]},
        {"algorithm": "ES256", "public_key": pem(ec.generate_private_key(ec.SECP384R1()))},
        {"algorithm": "RS256", "public_key": "no key"},
    ]
    for key in wrong:
        assert (await root.call("POST", path, {"kid": "x", **key})).status_code == 422
    assert (await root.call("POST", path, {"kid": "hs", "algorithm": "HS256"})).status_code == 409
    listed = await root.command("GET", f"/widget-keys/{shop.key}")
    assert {k["kid"] for k in listed["identity_keys"]} == {"hs", "es", "rs"}
    assert "secret" not in str(listed)
    await root.command("DELETE", f"{path}/hs")
    assert (await root.call("DELETE", f"{path}/hs")).status_code == 404


async def test_a_canned_reply_is_filled_for_the_contact(web: RunningApp, shop: Shop) -> None:
    boss, mei = await web.person("boss", role="supervisor"), await web.person("mei")
    new = {
        "shortcut": "hello",
        "title": "Greeting",
        "texts": {"en": "Hello {customer.name}, {agent.name} here.", "zh-Hant": "您好"},
    }
    made = await boss.command("POST", "/canned-replies", new)
    assert (await boss.call("POST", "/canned-replies", new)).status_code == 409
    wrong = {**new, "shortcut": "other", "texts": {"en": "{customer.password}"}}
    answer = await boss.call("POST", "/canned-replies", wrong)
    assert answer.json()["errors"][0]["field"] == "texts.en"
    visitor = await shop.visitor(locale="en")
    await visitor.command("POST", "/details", {"name": "Ann"})
    async with at_work(mei):
        await visitor.say("Hi")
        contact_id = await shop.talking(visitor, mei)
        [reply] = await mei.command("GET", f"/canned-replies?contact_id={contact_id}")
    assert reply["filled"] == "Hello Ann, Mei here."
    await boss.command("DELETE", f"/canned-replies/{made['reply_id']}")
    assert await mei.command("GET", "/canned-replies") == []
