"""Queues and their members over REST."""

from simulator.calls import GoTo
from simulator.network import Simulator
from simulator.queues import DEFAULT_MAX_SIZE, MAX_SIZE_LIMIT, QueueEntry, WaitingQueue
from simulator.rest.paging import page
from simulator.rest.render import base_uri, render_member, render_queue
from simulator.rest.request import RestAnswer, RestRequest
from simulator.rest.validation import RestError
from simulator.sources import Fetch


async def create_queue(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Make a queue ahead of its first caller."""
    name = request.form.text("FriendlyName") or ""
    if sim.queues.named(name):
        raise RestError(400, 22003, f"FriendlyName: a queue {name!r} exists already")
    size = min(request.form.number("MaxSize", DEFAULT_MAX_SIZE), MAX_SIZE_LIMIT)
    return RestAnswer(201, render_queue(sim, sim.queues.open(name, sim.clock.now(), size)))


async def list_queues(sim: Simulator, request: RestRequest) -> RestAnswer:
    """All queues."""
    items = [render_queue(sim, queue) for queue in sim.queues.by_sid.values()]
    return RestAnswer(200, page(f"{base_uri(sim)}/Queues.json", "queues", items, request.query))


def _queue(sim: Simulator, sid: str) -> WaitingQueue:
    queue = sim.queues.by_sid.get(sid)
    if queue is None:
        raise RestError(404, 20404, f"The queue {sid} was not found")
    return queue


async def fetch_queue(sim: Simulator, request: RestRequest) -> RestAnswer:
    """One queue."""
    return RestAnswer(200, render_queue(sim, _queue(sim, request.path["Sid"])))


async def update_queue(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Rename or resize a queue."""
    queue = _queue(sim, request.path["Sid"])
    queue.name = request.form.text("FriendlyName") or queue.name
    queue.max_size = min(request.form.number("MaxSize", queue.max_size), MAX_SIZE_LIMIT)
    return RestAnswer(200, render_queue(sim, queue))


async def delete_queue(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Remove an empty queue."""
    queue = _queue(sim, request.path["Sid"])
    if queue.entries:
        raise RestError(400, 22002, "Sid: the queue is not empty")
    del sim.queues.by_sid[queue.sid]
    return RestAnswer(204, None)


async def list_members(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Who waits in a queue, in order."""
    queue = _queue(sim, request.path["QueueSid"])
    items = [render_member(sim, entry) for entry in queue.entries]
    path = f"{base_uri(sim)}/Queues/{queue.sid}/Members.json"
    return RestAnswer(200, page(path, "queue_members", items, request.query))


def _member(sim: Simulator, request: RestRequest) -> QueueEntry:
    queue, key = _queue(sim, request.path["QueueSid"]), request.path["CallSid"]
    if key == "Front" and queue.entries:
        return queue.entries[0]
    entry = next((e for e in queue.entries if e.call.sid == key), None)
    if entry is None:
        raise RestError(404, 20404, f"The member {key} was not found")
    return entry


async def fetch_member(sim: Simulator, request: RestRequest) -> RestAnswer:
    """One member, by CallSid or `Front`."""
    return RestAnswer(200, render_member(sim, _member(sim, request)))


async def update_member(sim: Simulator, request: RestRequest) -> RestAnswer:
    """Take a member out of the queue and let it follow Url."""
    entry = _member(sim, request)
    body = render_member(sim, entry)
    method = request.form.text("Method") or "POST"
    entry.call.interrupt(GoTo(Fetch(request.form.text("Url") or "", "voice.redirect", method)))
    return RestAnswer(200, body)
