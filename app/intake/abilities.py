"""What a flow may want to know of a contact beside who it is: orders, what it was about last, what the channel can do.

Only what the flow's nodes ask for is looked up: most calls cost nothing here."""

from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.db import Reader
from app.customers.dialable import DialRules, why_not_dialled
from app.customers.phones import Number, PhoneAddress
from app.customers.profile import orders
from app.intake.outgoing_texts import our_address
from app.selfservice.definition import FlowDefinition
from app.selfservice.nodes import CallbackNode, MessageNode
from app.selfservice.state import Facts, OrderFact

VOICE = "voice"
WRITTEN = frozenset({"chat"})  # channels whose flows show buttons
MAX_ORDERS = 10
_RECENT = """
select topic from contacts
where customer_id = $1 and topic is not null and opened_at > switchboard_now() - make_interval(days => $2)
order by opened_at desc limit 1"""


async def with_abilities(
    reader: Reader,
    flow: FlowDefinition,
    facts: Facts,
    *,
    channel: str,
    address: PhoneAddress,
    called: str,
    customer_id: UUID | None,
    rules: DialRules,
    time_zone: ZoneInfo,
) -> Facts:
    """The facts with what this flow asks for. `called`: the address of ours; `rules`: whom we ring."""
    number = address.e164 if isinstance(address, Number) and channel == VOICE else None
    facts = replace(facts, can_leave_message=channel == VOICE, is_written=channel in WRITTEN)
    if number is not None and flow.has(CallbackNode):
        facts = replace(facts, can_call_back=why_not_dialled(number, rules) is None)
    if number is not None and flow.has(MessageNode):
        facts = replace(facts, can_text=await our_address(reader, called) is not None)
    if customer_id is None:
        return facts
    if flow.looks_up_orders:
        found = tuple(
            OrderFact(one.number, one.status, one.placed_at.astimezone(time_zone).date())
            for one in await orders(reader, customer_id, limit=MAX_ORDERS)
        )
        facts = replace(facts, orders=found)
    if flow.history_days:
        recent = await reader.fetchval(_RECENT, customer_id, flow.history_days)
        facts = replace(facts, recent_topic=recent)
    return facts
