"""The page a visitor looks at, as it is kept: an address without its secrets, and texts on one line. Pure."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from app.channels.chat.schemas import MAX_PAGE_TEXT, PageContext


def stored_page(page: PageContext) -> dict[str, Any]:
    """What the agent is shown. Query fields may hold anything (tokens, mail addresses): only utm_ ones stay."""
    return {
        "address": safe_address(page.address),
        "title": _line(page.title),
        "campaign": _line(page.campaign) if page.campaign else None,
        "cart": [
            {"name": _line(line.name), "quantity": line.quantity, "price": _line(line.price or "") or None}
            for line in page.cart
        ],
    }


def safe_address(address: str) -> str | None:
    """An http or https address without user, fragment and strange fields; None for everything else."""
    try:
        parts = urlsplit(_line(address))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    kept = [(name, value) for name, value in parse_qsl(parts.query)[:50] if name.startswith("utm_")]
    place = f"[{host}]" if ":" in host else host
    netloc = place if port is None else f"{place}:{port}"
    return urlunsplit((parts.scheme, netloc, parts.path, urlencode(kept), ""))[:MAX_PAGE_TEXT]


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MAX_PAGE_TEXT]
