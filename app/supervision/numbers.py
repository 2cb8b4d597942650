"""Our telephone numbers, and the one that is shown to whom we call where no queue says otherwise."""

from dataclasses import dataclass
from uuid import UUID

from app.core.db import Reader, Transaction
from app.core.errors import FieldError, InvalidInput


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A row of `phone_numbers`. `shown_by`: the queues whose caller id it is."""

    number: str
    label: str
    locale: str
    queue_id: UUID | None
    is_default: bool
    shown_by: list[UUID]


_NUMBERS = """
select number, label, locale, queue_id, is_default,
       array(select q.id from queues q where q.caller_id = n.number order by q.key) as shown_by
from phone_numbers n order by number"""


async def listed(reader: Reader) -> list[OwnNumber]:
    """All of them, in order."""
    return [OwnNumber(**dict(row.items())) for row in await reader.fetch(_NUMBERS)]


async def faults(reader: Reader, field: str, number: str) -> list[FieldError]:
    """Why this number cannot be shown: the carrier takes a number of our own only."""
    if await reader.fetchval("select true from phone_numbers where number = $1", number):
        return []
    return [FieldError(field, "is none of our numbers; GET /numbers lists them, written as +886…")]


async def default(reader: Reader) -> str | None:
    """The site's number, if one is chosen."""
    number: str | None = await reader.fetchval("select number from phone_numbers where is_default")
    return number


async def choose_default(tx: Transaction, number: str | None) -> None:
    """Show this number where no queue says otherwise; None: none is preferred. Raises InvalidInput."""
    await tx.execute(
        "select from phone_numbers order by number for update"
    )  # two at once: the later one counts
    if number is not None and (errors := await faults(tx, "number", number)):
        raise InvalidInput(f"number: {errors[0].message}", errors=errors)
    await tx.execute(
        "update phone_numbers set is_default = false where is_default and number is distinct from $1", number
    )
    await tx.execute(
        "update phone_numbers set is_default = true where number = $1 and not is_default", number
    )
