"""Values a contact collects on its way: numbers entered, orders found, answers of web services. Pure.

They fill texts and web requests, and decide branches. What they hold is never read as a template or as markup.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from app.selfservice.definition import FlowDefinition
from app.selfservice.masking import is_card_number
from app.selfservice.nodes import BranchNode, LookupNode, NumberNode, RequestNode
from app.selfservice.prompts import fill, message
from app.selfservice.speech import digits_in, fold
from app.selfservice.spoken import past_day
from app.selfservice.state import OrderFact, State

ORDER_VALUES: Final = ("order_number", "order_status", "order_day")
MAX_VALUE: Final = 200  # characters
MAX_VALUES: Final = 40  # of one contact


def with_values(state: State, found: Mapping[str, str]) -> State:
    """The state with further values, within bounds."""
    clipped = {name: text[:MAX_VALUE] for name, text in found.items()}
    merged = {**state.values, **clipped}
    return replace(state, values=dict(list(merged.items())[:MAX_VALUES]))


def names(flow: FlowDefinition) -> frozenset[str]:
    """The values that the flow's own nodes set."""
    found: set[str] = set()
    for node in flow.nodes:
        match node:
            case NumberNode():
                found.add(node.value)
            case RequestNode():
                found.update(node.results)
            case LookupNode(what="order"):
                found.update(ORDER_VALUES)
            case _:
                pass
    return frozenset(found)


def entered(node: NumberNode, said: str) -> str | None:
    """The number in what was pressed or said, None when it has too few or too many digits, or is a card's."""
    digits = digits_in(said)
    fits = node.min_digits <= len(digits) <= node.max_digits
    return digits if fits and not is_card_number(digits) else None


def look_up(node: LookupNode, state: State) -> State | None:
    """The state with what was found; None when it was not."""
    facts = state.facts
    if node.what == "customer":
        return state if facts.known else None
    order = _order(facts.orders, state.values.get(node.value) if node.value else None)
    if order is None:
        return None
    return with_values(
        state,
        {
            "order_number": order.number,
            "order_status": message(f"order.{order.status}", state.locale),
            "order_day": past_day(order.placed_on, facts.local_now.date(), state.locale),
        },
    )


def _order(orders: tuple[OrderFact, ...], asked: str | None) -> OrderFact | None:
    """The newest order, or the one whose digits were asked for: all of them, or the last four at least."""
    if asked is None:
        return orders[0] if orders else None
    wanted = digits_in(asked)
    for order in orders:
        own = digits_in(order.number)
        if own == wanted or (len(wanted) >= 4 and own.endswith(wanted)):
            return order
    return None


def branch(node: BranchNode, state: State) -> str | None:
    """Where the value leads."""
    value = fold(state.values.get(node.value, ""))
    return next((case.next for case in node.cases if fold(case.equals) == value), node.otherwise)


def filled_url(node: RequestNode, state: State) -> str:
    """The address with values in it, percent-encoded (RFC 3986, section 2.1)."""
    return fill(node.url, {name: quote(text, safe="") for name, text in _known(state).items()})


def filled_body(node: RequestNode, state: State) -> dict[str, str]:
    """The fields of a POST with values in them."""
    known = _known(state)
    return {name: fill(text, known) for name, text in node.body.items()} if node.method == "POST" else {}


def _known(state: State) -> dict[str, str]:
    """What a request may use: the values, and what the contact is about."""
    facts: dict[str, str] = {"topic": state.topic or "", "locale": state.locale.value}
    return {**facts, **state.values}


def picked(answer: object, results: Mapping[str, str]) -> dict[str, str]:
    """Fields of a JSON answer by their places (`order.items.0.name`); one that is not there, or no plain value, is
    empty."""
    return {name: _text(_at(answer, place)) for name, place in results.items()}


def _at(answer: object, place: str) -> object:
    found = answer
    for part in place.split("."):
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def _text(found: object) -> str:
    if isinstance(found, bool):
        return json.dumps(found)
    if isinstance(found, str | int | float):
        return " ".join(str(found).split())[:MAX_VALUE]
    return ""
