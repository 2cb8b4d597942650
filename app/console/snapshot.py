"""The console's whole state at one instant, with the stream number it belongs to."""

from datetime import datetime
from uuid import UUID

from app.console import views
from app.console.schemas import ConsoleSnapshot
from app.console.streams import agent_stream
from app.contacts import repository as contact_rows
from app.contacts.models import COLUMNS, contact_of
from app.core import streams
from app.core.db import Reader
from app.routing import offers
from app.routing.offers import OfferState


async def snapshot(reader: Reader, agent_id: UUID) -> ConsoleSnapshot:
    """`reader` must be a snapshot reader: state and stream number have to be of the same instant."""
    stream = agent_stream(agent_id)
    seq = await streams.position(reader, stream)
    now: datetime = await reader.fetchval("select switchboard_now()")
    locale = await views.agent_locale(reader, agent_id)
    live = await offers.live_of_agent(reader, agent_id)
    in_hand = await reader.fetch(
        f"""select {COLUMNS} from contacts where agent_id = $1 and state in ('active', 'wrap_up')
            order by accepted_at, id""",  # noqa: S608 -- column list is a constant
        agent_id,
    )
    return ConsoleSnapshot(
        stream=stream,
        seq=seq,
        now=now,
        agent=await views.agent_state(reader, agent_id),
        offers=[
            await views.offer_view(reader, offer, await contact_rows.get(reader, offer.contact_id))
            for offer in live
            if offer.state in (OfferState.PENDING, OfferState.ACCEPTING)
        ],
        contacts=[await views.contact_view(reader, contact_of(row), locale=locale) for row in in_hand],
        queues=await views.queue_figures(reader, agent_id),
        dispositions=await views.disposition_options(reader),
    )
