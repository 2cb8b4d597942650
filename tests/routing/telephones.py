"""Customers' telephones that behave, and a centre whose callbacks ring them. Nothing is answered before the test lets
it: a dialling is an order that goes out with its transaction, and its end comes back in another one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from app.console import handlers as console
from app.contacts import service as contacts
from app.contacts.service import NewContact
from app.core.db import Database, Transaction
from app.core.events import EventRegistry
from app.core.settings import Settings
from app.routing import callback_handlers, callback_rows, callbacks, promises, service
from app.routing.callback_rows import Callback
from app.routing.callback_rules import DialResult
from app.routing.callback_timers import CallbackTimers
from app.routing.events import CallbackEnded, DialCancelled, DialRequested
from app.routing.service import QueueRequest
from tests.routing.office import Office, now_of
from tests.support.clock import START, FakeClock

NUMBER = "+886912000001"
Dialling = tuple[UUID, int]  # callback, and the number of the dialling
SITE = Settings(_env_file=None, time_zone="Asia/Taipei")


class Telephones:
    """What the dialler is told. Kept in a table of its own, so that what is rolled back was never said."""

    def subscribe(self, handlers: EventRegistry) -> None:
        """Hear what a channel hears."""
        handlers.subscribe(DialRequested, self._ring)
        handlers.subscribe(DialCancelled, self._cancel)
        handlers.subscribe(CallbackEnded, self._end)

    async def _ring(self, tx: Transaction, event: DialRequested) -> None:
        await self._note(tx, "ring", event.callback)

    async def _cancel(self, tx: Transaction, event: DialCancelled) -> None:
        await self._note(tx, "cancel", event.callback)

    async def _end(self, tx: Transaction, event: CallbackEnded) -> None:
        await self._note(tx, "end", event.callback)

    async def _note(self, tx: Transaction, kind: str, callback: Callback) -> None:
        await tx.execute(
            "insert into told_to_phones (kind, callback_id, dial) values ($1, $2, $3)",
            kind,
            callback.id,
            callback.dials,
        )


@dataclass
class Desk:
    """An office with callbacks."""

    office: Office
    timers: CallbackTimers

    @property
    def database(self) -> Database:
        """Of the office."""
        return self.office.database

    async def call(
        self, word: str, number: str | None = NUMBER, queue: str = "sales", priority: int = 5
    ) -> UUID:
        """A caller from this number waits in the queue."""
        queue_id = await self.office.queue(queue)
        async with self.database.transaction() as tx:
            contact_id = await self.enter(tx, number)
            request = QueueRequest(queue_id, priority, {}, "delivery", "asked_for_agent")
            await service.enqueue(tx, contact_id, request, now=await now_of(tx))
        self.office.callers[word] = contact_id
        return contact_id

    async def enter(self, tx: Transaction, number: str | None = NUMBER) -> UUID:
        """A caller is in self-service."""
        new = NewContact("voice", number, "+886200000001", None, "unknown", [], "en")
        return (await contacts.open_contact(tx, new)).id

    async def ask(self, word: str, *, as_word: str | None = None, number: str | None = None) -> Callback:
        """The waiting caller would rather be called back; the callback's contact is known as `as_word`."""
        async with self.database.transaction() as tx:
            callback = await callbacks.request_callback(
                tx, contact_id=self.office.callers[word], now=await now_of(tx), number=number
            )
        self.office.callers[as_word or f"{word}'s callback"] = callback.contact_id
        return callback

    async def act(self) -> None:
        """The worker's timers, then the router."""
        await self.timers.run_due()
        await self.office.route()

    async def advance(self, seconds: float) -> None:
        """Time passes; timers and router act at its end."""
        await self.office.passes(seconds)
        await self.act()

    async def rings(self) -> list[Dialling]:
        """Every dialling that was ordered, in order."""
        return await self._told("ring")

    async def cancelled(self) -> list[Dialling]:
        """Every dialling that was called off."""
        return await self._told("cancel")

    async def _told(self, kind: str) -> list[Dialling]:
        async with self.database.read() as reader:
            rows = await reader.fetch(
                "select callback_id, dial from told_to_phones where kind = $1 order by n", kind
            )
        return [(row["callback_id"], row["dial"]) for row in rows]

    async def ended(self) -> list[Callback]:
        """Every callback whose end was told, in order."""
        found = []
        async with self.database.read() as reader:
            for callback_id, _ in await self._told("end"):
                callback = await callback_rows.get(reader, callback_id)
                assert callback is not None
                found.append(callback)
        return found

    async def result(self, result: DialResult, *, of: int = -1) -> bool:
        """The dialling (the newest unless told) came to this."""
        callback_id, dial = (await self.rings())[of]
        async with self.database.transaction() as tx:
            return await callbacks.dial_ended(tx, callback_id, dial, result, now=await now_of(tx))

    async def callback(self, callback: Callback) -> Callback:
        """As it stands now."""
        async with self.database.read() as reader:
            found = await callback_rows.get(reader, callback.id)
        assert found is not None
        return found

    async def kinds(self, word: str) -> list[str]:
        """The touchpoints of a contact, in order."""
        async with self.database.read() as reader:
            rows = await reader.fetch(
                "select kind from touchpoints where contact_id = $1 order by id", self.office.callers[word]
            )
        return [row["kind"] for row in rows]


def handlers() -> EventRegistry:
    """As in the product, with these telephones in the channel's place."""
    found = EventRegistry()
    promises.subscribe(found)
    callback_handlers.subscribe(found)
    Telephones().subscribe(found)
    console.subscribe(found)
    return found


@asynccontextmanager
async def open_desk(dsn: str, *, frozen: bool = True) -> AsyncIterator[Desk]:
    """An empty centre with callbacks; time stands still unless told otherwise."""
    database = Database(dsn, pool_size=12, registry=handlers())
    await database.open()
    clock = FakeClock(database, START) if frozen else None
    if clock is not None:
        await clock.install()
    try:
        office = Office(database, clock)
        await office.queue("sales")
        await office.sql(
            """create table told_to_phones (n bigint generated always as identity, kind text, callback_id uuid,
                                            dial integer)"""
        )
        await office.sql("""update queues set callback_rules = '{"quiet": null}'""")
        yield Desk(office, CallbackTimers(database, SITE))
    finally:
        if clock is not None:
            clock.uninstall()
        await database.close()
