"""Writes the demo shop's staff, queues, skills, outcome codes, flow, numbers and customers."""

from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from app.core.db import Transaction
from app.demo.people import AGENTS, CUSTOMERS, fixed_id
from app.demo.summary import NUMBERS
from app.selfservice.definition import FlowDefinition
from app.selfservice.demo_flow import demo_chat_flow, demo_flow

WRAP_UP_SECONDS: Final = 45
OFFER_TIMEOUT_SECONDS: Final = 20

Labels = dict[str, str]

QUEUES: Final[dict[str, Labels]] = {
    "orders": {"en": "Orders and delivery", "zh-Hant": "訂單與配送", "zh-Hans": "订单和配送"},
    "returns": {"en": "Returns and refunds", "zh-Hant": "退換貨與退款", "zh-Hans": "退换货和退款"},
    "products": {"en": "Product advice", "zh-Hant": "商品諮詢", "zh-Hans": "商品咨询"},
    "vip": {"en": "VIP", "zh-Hant": "VIP 專線", "zh-Hans": "VIP 专线"},
}

SKILLS: Final[dict[str, Labels]] = {
    "lang:zh": {"en": "Chinese", "zh-Hant": "中文", "zh-Hans": "中文"},
    "lang:en": {"en": "English", "zh-Hant": "英語", "zh-Hans": "英语"},
    "orders": {"en": "Orders", "zh-Hant": "訂單", "zh-Hans": "订单"},
    "returns": {"en": "Returns", "zh-Hant": "退換貨", "zh-Hans": "退换货"},
    "products": {"en": "Products", "zh-Hant": "商品", "zh-Hans": "商品"},
}

DISPOSITIONS: Final[dict[str, Labels]] = {
    "answered": {"en": "Question answered", "zh-Hant": "已解答", "zh-Hans": "已解答"},
    "order_changed": {"en": "Order changed", "zh-Hant": "已修改訂單", "zh-Hans": "已修改订单"},
    "return_arranged": {
        "en": "Return or repair arranged",
        "zh-Hant": "已安排退換修",
        "zh-Hans": "已安排退换修",
    },
    "refund_arranged": {"en": "Refund arranged", "zh-Hant": "已安排退款", "zh-Hans": "已安排退款"},
    "follow_up": {"en": "Follow-up needed", "zh-Hant": "需後續追蹤", "zh-Hans": "需后续跟进"},
    "complaint": {"en": "Complaint", "zh-Hant": "客訴", "zh-Hans": "投诉"},
    "wrong_number": {"en": "Wrong number", "zh-Hant": "打錯電話", "zh-Hans": "打错电话"},
    "no_response": {"en": "Caller did not speak", "zh-Hant": "無人回應", "zh-Hans": "无人回应"},
}


def queue_ids() -> dict[str, UUID]:
    """Key to id."""
    return {key: fixed_id(f"queue:{key}") for key in QUEUES}


async def write_queues(tx: Transaction) -> None:
    """Queues, skills and outcome codes."""
    await tx.executemany(
        """insert into queues (id, key, name, labels, wrap_up_seconds, offer_timeout_seconds)
           values ($1, $2, $3, $4, $5, $6)""",
        [
            (queue_id, key, QUEUES[key]["zh-Hant"], QUEUES[key], WRAP_UP_SECONDS, OFFER_TIMEOUT_SECONDS)
            for key, queue_id in queue_ids().items()
        ],
    )
    await tx.executemany("insert into skills (key, labels) values ($1, $2)", list(SKILLS.items()))
    await tx.executemany(
        "insert into dispositions (code, labels, position) values ($1, $2, $3)",
        [(code, labels, position) for position, (code, labels) in enumerate(DISPOSITIONS.items(), start=1)],
    )


async def write_agents(tx: Transaction, *, password_hash: str, since: datetime) -> None:
    """Teams, accounts with their states, skills and queues."""
    teams = {name: fixed_id(f"team:{name}") for name in dict.fromkeys(a.team for a in AGENTS)}
    await tx.executemany(
        "insert into teams (id, name) values ($1, $2)", [(team_id, name) for name, team_id in teams.items()]
    )
    await tx.executemany(
        """insert into agents (id, number, login, display_name, email, password_hash, role, locale, team_id,
                               softphone_identity, reached_by, phone_address, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)""",
        [
            (
                a.id, a.number, a.login, a.name, f"{a.login}@verdant-goods.example.com", password_hash,
                a.role, a.locale, teams[a.team], f"agent_{a.id.hex}",
                "phone" if a.phone else "browser", a.phone, since,
            )
            for a in AGENTS
        ],
    )  # fmt: skip
    await tx.executemany("insert into agent_states (agent_id) values ($1)", [(a.id,) for a in AGENTS])
    await tx.executemany(
        "insert into agent_skills (agent_id, skill, level) values ($1, $2, $3)",
        [(a.id, skill, level) for a in AGENTS for skill, level in a.skills.items()],
    )
    ids = queue_ids()
    await tx.executemany(
        "insert into agent_queues (agent_id, queue_id, rank) values ($1, $2, $3)",
        [(a.id, ids[key], rank) for a in AGENTS for key, rank in a.queues.items()],
    )


def flow_id(flow: FlowDefinition) -> UUID:
    """The id of one of the demo's flows."""
    return fixed_id(f"flow:{flow.key}")


async def write_flows(tx: Transaction, *, since: datetime) -> None:
    """The published flows of telephone and chat, and the numbers that answer with the telephone's."""
    for flow in (demo_flow(), demo_chat_flow()):
        await tx.execute(
            "insert into flows (id, key, name, published_version) values ($1, $2, $3, $4)",
            flow_id(flow),
            flow.key,
            flow.words(flow.name, flow.default_locale),
            flow.version,
        )
        await tx.execute(
            "insert into flow_versions (flow_id, version, definition, created_at) values ($1, $2, $3, $4)",
            flow_id(flow),
            flow.version,
            flow.model_dump(mode="json"),
            since,
        )
    await tx.executemany(
        "insert into phone_numbers (number, label, flow_id, locale) values ($1, $2, $3, $4)",
        [(n.number, n.label, flow_id(demo_flow()), n.locale) for n in NUMBERS],
    )


async def write_customers(tx: Transaction, rng: Random, *, now: datetime) -> None:
    """Customers with their telephone numbers and mail addresses."""
    since = {c.key: now - timedelta(days=rng.randint(200, 2400)) for c in CUSTOMERS}
    await tx.executemany(
        """insert into customers (id, kind, display_name, language, tier, pinned_note, customer_since,
                                  created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $7)""",
        [(c.id, c.kind, c.name, c.language, c.tier, c.note, since[c.key]) for c in CUSTOMERS],
    )
    phones = [
        (
            fixed_id(f"phone:{c.key}:{p.number}"), c.id, "phone", p.number, p.label, p.is_verified,
            p.is_former, p.confirmations,
            now - timedelta(days=rng.randint(2, 60)) if p.confirmations else None, since[c.key],
        )
        for c in CUSTOMERS
        for p in c.phones
    ]  # fmt: skip
    mails = [
        (fixed_id(f"email:{c.key}"), c.id, "email", c.email, None, True, False, 0, None, since[c.key])
        for c in CUSTOMERS
    ]
    await tx.executemany(
        """insert into identities (id, customer_id, kind, value, label, is_verified, is_former, confirmations,
                                   last_confirmed_at, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        [*phones, *mails],
    )
