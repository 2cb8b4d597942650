"""Whether every promise was kept: the invariants, and the history of each contact against the ledger."""

import re

from tests.faults.floor import Floor
from tests.support.invariants import ALWAYS, broken

# One letter for each kind of line on a contact's timeline.
CODES = {
    "contact.opened": "N",
    "contact.queued": "Q",
    "offer.made": "O",
    "offer.accepted": "Y",
    "offer.timed_out": "T",
    "offer.rejected": "R",
    "offer.withdrawn": "X",
    "contact.connected": "C",
    "contact.ended": "E",
    "wrap_up.completed": "W",
    "contact.closed": "D",
}
# Opened and queued once; offers that came to nothing; then a conversation with its wrap-up, or none; one end.
LEGAL = re.compile(r"NQ(O(T|R|Y?X))*(OYCEW)?D")

NO_OLDER_EPOCH = """
select id from (select id, epoch, lag(epoch) over (order by made_at, id) as before from offers) o
where epoch < before"""

_PATHS = """
select c.id, q.ring_count, array_agg(e.body -> 'touchpoint' ->> 'kind' order by e.seq) as kinds
from contacts c left join queues q on q.id = c.queue_id left join events e on e.stream = 'contact:' || c.id
group by c.id, q.ring_count"""


async def standing(floor: Floor) -> dict[str, list[str]]:
    """The invariants that are broken at this instant; any instant will do. Overdue offers are looked at when a router
    has had the time to see them."""
    always = {name: sql for name, sql in ALWAYS.items() if "not overdue" not in name}
    async with floor.database.read(snapshot=True) as reader:
        return await broken(reader, always)


async def settled(floor: Floor) -> list[str]:
    """What is wrong when the floor is empty again; empty when all is well."""
    async with floor.database.read(snapshot=True) as reader:
        found = [f"{name}: {rows}" for name, rows in (await broken(reader, ALWAYS)).items()]
        found += [
            f"I10 an older epoch after a newer: {row['id']}" for row in await reader.fetch(NO_OLDER_EPOCH)
        ]
        paths = {row["id"]: row for row in await reader.fetch(_PATHS)}
    found += [f"lost: {one}" for one in sorted(floor.acknowledged - paths.keys())]
    found += [f"unexpected: {one}" for one in sorted(paths.keys() - floor.acknowledged - floor.uncertain)]
    found += [
        f"illegal history of {one}: {path['kinds']}"
        for one, path in paths.items()
        if not _is_legal(path["kinds"], path["ring_count"])
    ]
    return found


def _is_legal(kinds: list[str], ring: int) -> bool:
    path = "".join(CODES.get(kind, "?") for kind in kinds)
    return LEGAL.fullmatch(path) is not None if ring == 1 else _rings_legally(path, ring)


def _rings_legally(path: str, ring: int) -> bool:
    """The same where several are rung at once: so many pending at most, one yes ends the others, and only the one who
    said it is connected."""
    whole = re.fullmatch(r"NQ([OYTRX]*)(CEW)?D", path)
    if whole is None:
        return False
    pending, is_taken = 0, False
    for code in whole[1]:
        if is_taken and code != "X":
            return False
        match code:
            case "O":
                pending += 1
            case "Y":
                is_taken = True
            case _:
                pending -= 1
                is_taken = is_taken and pending > 0
        if not (is_taken <= pending <= ring):
            return False
    return (is_taken and pending == 1) if whole[2] else pending == 0
