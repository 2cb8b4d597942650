"""Small flows of the nodes under test."""

from typing import Any

from app.selfservice.definition import FlowDefinition

GREET = {"en": "Hello", "zh-Hant": "您好", "zh-Hans": "您好"}


def text(words: str) -> dict[str, str]:
    """One text, the same in every language."""
    return dict.fromkeys(GREET, words)


def flow(*nodes: dict[str, Any], **changes: Any) -> FlowDefinition:
    """These nodes, with people (`people`) and two goodbyes (`done`, `sorry`) behind them; begins with the first."""
    return FlowDefinition.model_validate(
        {
            "key": "small",
            "version": 1,
            "name": GREET,
            "company": GREET,
            "locales": list(GREET),
            "default_locale": "en",
            "start": nodes[0]["id"],
            "human": "people",
            "fallback": {"queue": "help"},
            "nodes": [
                *nodes,
                {"kind": "queue", "id": "people", "queue": "help"},
                {"kind": "close", "id": "done", "prompt": text("Done.")},
                {"kind": "hangup", "id": "sorry", "prompt": text("Sorry.")},
            ],
            **changes,
        }
    )


def number(**changes: Any) -> dict[str, Any]:
    """Asks for an order number."""
    return {
        "kind": "number", "id": "order_asked", "prompt": text("Your order number?"), "value": "order",
        "min_digits": 4, "max_digits": 8, "next": "done", "otherwise": "people", **changes,
    }  # fmt: skip


def request(**changes: Any) -> dict[str, Any]:
    """Asks a web service about the order."""
    return {
        "kind": "request", "id": "asked", "url": "https://shop.example.com/orders/{order}?lang={locale}",
        "results": {"status": "order.status"}, "timeout_seconds": 5, "next": "done", "failed": "people", **changes,
    }  # fmt: skip
