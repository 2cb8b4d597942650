"""Finding a customer by the start of a name, telephone number or mail address."""

from app.core.db import Reader
from app.customers.models import KnownCustomer
from app.customers.phones import DEFAULT_REGION, Number, clean, country_calling_code, normalise

SHORTEST_PREFIX = 2  # characters; a Chinese name often has no more

_BY_NAME = """
select id, display_name, language, tier from customers
where merged_into is null and lower(display_name) like $1 order by display_name, id limit $2"""

_BY_IDENTITY = """
select distinct c.id, c.display_name, c.language, c.tier
from identities i join customers c on c.id = i.customer_id
where i.kind = $3 and i.value like $1 and c.merged_into is null order by c.display_name, c.id limit $2"""


async def search(
    reader: Reader, text: str, *, limit: int = 20, region: str = DEFAULT_REGION
) -> list[KnownCustomer]:
    """Live customers whose name, current or former number, or mail address starts with `text`, by name.

    Digits (in any width and spelling) search numbers, an `@` searches mail addresses, anything else names.
    Fewer than two characters find nothing.
    """
    term = clean(text).lower()
    if len(term) < SHORTEST_PREFIX:
        return []
    if "@" in term:
        rows = await reader.fetch(_BY_IDENTITY, _prefix(term), limit, "email")
    elif any(c.isdigit() for c in term) and not any(c.isalpha() for c in term):
        rows = await reader.fetch(_BY_IDENTITY, _prefix(_number_start(term, region)), limit, "phone")
    else:
        rows = await reader.fetch(_BY_NAME, _prefix(term), limit)
    return [KnownCustomer(r["id"], r["display_name"], r["language"], r["tier"]) for r in rows]


def _number_start(term: str, region: str) -> str:
    """The start of the stored form: a whole number is normalised, a part gets its country code."""
    address = normalise(term, region)
    if isinstance(address, Number):
        return address.e164
    digits = "".join(c for c in term if c.isdigit())
    if term.startswith("+"):
        return "+" + digits
    return f"+{country_calling_code(region)}{digits.removeprefix('0')}"


def _prefix(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
