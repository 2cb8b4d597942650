"""Who hears whom: the audio matrix, now and at any moment of the past, under hold, mute, coaching and bridges."""

import httpx

from simulator import Simulator
from simulator.hearing import Timeline
from simulator.journal import EntryKind, Journal
from simulator.phones import PhoneCall, RingingLeg
from tests.simulator.conftest import CALLER, NUMBER
from tests.simulator.product import BASE, Product
from tests.simulator.test_conference_life import connect


def matrix(sim: Simulator, **people: PhoneCall) -> set[str]:
    """`a<b` = a hears b, for all pairs of these people, now."""
    return {
        f"{x}<{y}"
        for x, listener in people.items()
        for y, speaker in people.items()
        if x != y and sim.hears(listener, speaker)
    }


async def join(sim: Simulator, rest: httpx.AsyncClient, room: str, name: str, **form: str) -> RingingLeg:
    """Another softphone comes into the room."""
    phone = sim.client(name)
    data = {"From": NUMBER, "To": f"client:{name}", "Label": name, "Beep": "false"} | form
    made = await rest.post(f"/Conferences/{room}/Participants.json", data=data)
    assert made.status_code == 201, made.text
    leg = await phone.rings()
    leg.accept()
    await leg.in_conference()
    return leg


async def test_monitor_whisper_and_barge(sim: Simulator, product: Product, rest: httpx.AsyncClient) -> None:
    c, a, room = await connect(sim, product, rest)
    s = await join(sim, rest, room, "boss", Muted="true")
    assert matrix(sim, c=c, a=a, s=s) == {"c<a", "a<c", "s<c", "s<a"}
    path = f"/Conferences/{room}/Participants/boss.json"
    whisper = {"Coaching": "true", "CallSidToCoach": a.sid, "Muted": "false"}
    assert (await rest.post(path, data=whisper)).json()["coaching"] is True
    assert matrix(sim, c=c, a=a, s=s) == {"c<a", "a<c", "s<c", "s<a", "a<s"}
    await rest.post(path, data={"Coaching": "false"})
    assert matrix(sim, c=c, a=a, s=s) == {"c<a", "a<c", "s<c", "s<a", "a<s", "c<s"}
    await sim.advance(1)
    modified = [f for f in product.of("/conf") if f["StatusCallbackEvent"] == "participant-modify"]
    assert [f["Coaching"] for f in modified] == ["true", "false"]


async def test_a_coach_is_silent_once_the_coached_party_left(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    c, a, room = await connect(sim, product, rest)
    b = await join(sim, rest, room, "other")
    s = await join(sim, rest, room, "boss", Coaching="true", CallSidToCoach=a.sid)
    a.hangup()
    await a.ended()
    assert matrix(sim, c=c, b=b, s=s) == {"c<b", "b<c", "s<c", "s<b"}


async def test_consult_is_not_heard_by_the_customer_on_hold(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    c, a, room = await connect(sim, product, rest)
    path = f"/Conferences/{room}/Participants"
    await rest.post(f"{path}/customer.json", data={"Hold": "true"})
    b = await join(sim, rest, room, "expert")
    during = sim.clock.now()
    assert matrix(sim, c=c, a=a, b=b) == {"a<b", "b<a"}
    await sim.advance(5)
    await rest.post(f"{path}/customer.json", data={"Hold": "false"})
    assert matrix(sim, c=c, a=a, b=b) == {"a<b", "b<a", "a<c", "c<a", "b<c", "c<b"}
    await sim.advance(5)
    assert sim.hears(c, b)
    assert not sim.hears(c, b, during)
    assert sim.hears(a, b, during)


async def test_mute_by_rest_and_at_the_own_microphone(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    c, a, room = await connect(sim, product, rest)
    await rest.post(f"/Conferences/{room}/Participants/agent-9.json", data={"Muted": "true"})
    assert matrix(sim, c=c, a=a) == {"a<c"}
    a.say("nobody hears this")
    await rest.post(f"/Conferences/{room}/Participants/agent-9.json", data={"Muted": "false"})
    sim.people.mute(c.call, on=True)
    assert matrix(sim, c=c, a=a) == {"c<a"}
    assert "nobody hears this" not in [e.title for e in sim.journal.of(c.sid)]


async def test_the_matrix_can_be_read_from_the_journal_file(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    began = sim.clock.now()
    c, a, _ = await connect(sim, product, rest)
    together = sim.clock.now()
    await sim.advance(9)
    c.hangup()
    await a.ended()
    timeline = Timeline(sim.journal)
    assert timeline.matrix(began) == []
    assert timeline.matrix(together) == sorted([(a.sid, c.sid), (c.sid, a.sid)])
    assert timeline.matrix(sim.clock.now()) == []
    assert 9 <= timeline.seconds(c.sid, a.sid, sim.clock.now()) < 12
    copy = Journal.parse(entry.as_json() for entry in sim.journal)
    assert Timeline(copy).intervals == timeline.intervals


async def test_legs_of_a_dial_hear_each_other_while_they_talk(sim: Simulator, product: Product) -> None:
    product.script |= {
        "/voice": '<Dial action="/after" answerOnBridge="true" hangupOnStar="true" record="record-from-answer-dual"'
        ' recordingStatusCallback="/rec"><Number url="/whisper" sendDigits="7">+886933000111</Number>'
        "<Sip>sip:desk@pbx.example.com</Sip></Dial>",
        "/whisper": "<Say>a call for you</Say>",
        "/after": "<Say>goodbye</Say>",
    }
    caller = await sim.phone(CALLER).call(NUMBER)
    phone = sim.phone("+886933000111")
    leg = await phone.rings()
    assert caller.status == "ringing"
    desk = next(call for call in sim.calls.values() if call.address.startswith("sip:"))
    leg.accept()
    await leg.hears("(keys 7)")
    await leg.hears("a call for you")
    assert matrix(sim, c=caller, b=leg) == set()
    await sim.until(lambda: sim.hears(caller, leg), 20, "they talk")
    assert desk.status == "canceled"
    leg.say("hello")
    await caller.hears("hello")
    caller.press("*")
    await caller.hears("goodbye")
    assert matrix(sim, c=caller, b=leg) == set()
    await sim.advance(6)
    (after,) = product.of("/after")
    assert (after["DialCallStatus"], after["DialBridged"]) == ("completed", "true")
    assert after["RecordingUrl"].endswith(product.of("/rec")[0]["RecordingSid"])


async def test_dial_queue_takes_who_waited_longest(sim: Simulator, product: Product) -> None:
    product.script |= {
        "/voice": lambda f: (
            "<Dial><Queue url='/told'>line</Queue></Dial>"
            if f["From"] == "+886933000999"
            else '<Enqueue action="/left">line</Enqueue>'
        ),
        "/told": "<Say>you are next</Say>",
        "/left": "<Say>bye</Say>",
    }
    first = await sim.phone(CALLER).call(NUMBER)
    await first.queued()
    second = await sim.phone("+886912345679").call(NUMBER)
    await second.queued()
    desk = await sim.phone("+886933000999").call(NUMBER)
    await first.hears("you are next")
    await sim.until(lambda: sim.hears(desk, first), 20, "they talk")
    desk.hangup()
    await first.hears("bye")
    assert [f["QueueResult"] for f in product.of("/left")] == ["bridged"]
    assert second.call.queue_entry is not None


async def test_early_media_lets_the_room_hear_the_leg_ring_and_a_beep_when_it_joins(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    c, a, room = await connect(sim, product, rest)
    form = {"From": NUMBER, "To": "+886933000111", "Beep": "onEnter"}
    await rest.post(f"/Conferences/{room}/Participants.json", data=form)
    await a.hears("(ringing)")
    leg = await sim.phone("+886933000111").rings()
    leg.accept()
    await leg.in_conference()
    await c.hears("(beep)")
    quiet = form | {"To": "+886933000222", "EarlyMedia": "false", "Beep": "false"}
    await rest.post(f"/Conferences/{room}/Participants.json", data=quiet)
    await sim.phone("+886933000222").rings()
    assert [e.title for e in sim.journal.of(a.sid)].count("(ringing)") == 1


async def test_a_full_room_sends_the_caller_to_the_next_verb(sim: Simulator, product: Product) -> None:
    room = f'<Dial><Conference maxParticipants="1" statusCallback="{BASE}/conf">tiny</Conference></Dial>'
    product.script["/voice"] = room + "<Say>it is full</Say>"
    first = await sim.phone(CALLER).call(NUMBER)
    await first.in_conference()
    second = await sim.phone("+886912345679").call(NUMBER)
    await second.hears("it is full")


async def test_parties_wait_until_somebody_who_starts_the_room_comes(
    sim: Simulator, product: Product
) -> None:
    product.script["/voice"] = lambda f: (
        '<Dial><Conference startConferenceOnEnter="'
        + ("true" if f["From"] == "+886933000999" else "false")
        + '" waitUrl="/wait">r</Conference></Dial>'
    )
    product.script["/wait"] = "<Say>please wait</Say>"
    guests = [await sim.phone(number).call(NUMBER) for number in (CALLER, "+886912345679")]
    for guest in guests:
        await guest.hears("please wait")
    await sim.advance(20)
    assert len(product.of("/wait")) == 2  # once each: a waitUrl loops only by Redirect
    assert matrix(sim, a=guests[0], b=guests[1]) == set()
    host = await sim.phone("+886933000999").call(NUMBER)
    await host.in_conference()
    assert len(matrix(sim, a=guests[0], b=guests[1], h=host)) == 6


async def test_keys_in_a_room_are_tones_that_the_others_hear(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    c, a, room = await connect(sim, product, rest)
    b = await join(sim, rest, room, "other")
    await rest.post(
        f"/Conferences/{room}/Participants/other.json", data={"Hold": "true", "HoldUrl": f"{BASE}/hold"}
    )
    await b.held()
    a.press("12#")
    assert await c.hears("(keys 12#)") == "(keys 12#)"
    c.press("9")
    assert await a.hears("(keys 9)") == "(keys 9)"
    on_hold = [entry.title for entry in sim.journal.of(b.sid, EntryKind.HEARS)]
    assert not any("keys" in heard for heard in on_hold)
