"""Telephones of agents on the line of `line.py`: they ring as calls of their own, and answer what the carrier asks."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from uuid import UUID

import httpx

from simulator.twiml_check import check_document
from tests.channels.voice.carrier import Request, Room
from tests.channels.voice.line import ACCOUNT, VOICE, AgentLeg, Caller, Line, path_of

MOBILE = "+886912000133"
SIP = "sip:mei@office.sip.twilio.com"


async def reached_at(line: Line, login: str, address: str | None, *, needs_key: bool = True) -> UUID:
    """This agent is reached at this number or SIP address, or by the browser again."""
    by = "browser" if address is None else "sip" if address.startswith("sip:") else "phone"
    async with line.database.transaction() as tx:
        agent_id: UUID = await tx.fetchval(
            "update agents set reached_by = $2, phone_address = $3, needs_key = $4 where login = $1 returning id",
            login,
            by,
            address,
            needs_key,
        )
    return agent_id


@dataclass
class Telephone:
    """One ring of an agent's telephone."""

    line: Line
    caller: Caller
    leg_id: UUID
    request: Request | None
    document: str = ""
    _sid: str = ""

    @property
    def sid(self) -> str:
        """What the carrier calls it: the newest call it made, unless it was another one then."""
        if not self._sid:
            self._sid = [sid for sid in self.line.carrier.calls if sid.startswith("CA0")][-1]
        return self._sid

    async def _asks(self, path: str, **extra: str) -> str:
        fields = {"AccountSid": ACCOUNT, "CallSid": self.sid, "Direction": "outbound-api", **extra}
        answer = await self.line.send(path, fields)
        assert answer.status_code == 200, answer.text
        assert check_document(answer.text, "voice") == []
        self.document = answer.text
        return answer.text

    async def is_answered(self) -> str:
        """Somebody, or a machine, answers: the carrier asks what to do."""
        self.line.carrier.calls[self.sid] = "in-progress"
        return await self._asks(f"{VOICE}/agent-answered?leg={self.leg_id}", CallStatus="in-progress")

    async def presses(self, keys: str) -> str:
        """A key for the announcement; empty: none in its time."""
        gather = ET.fromstring(self.document).find("Gather")
        assert gather is not None, self.document
        digits = {"Digits": keys} if keys else {}
        return await self._asks(path_of(gather.attrib["action"]), CallStatus="in-progress", **digits)

    async def status(self, status: str, sequence: int = 0) -> httpx.Response:
        """A status callback of this leg."""
        self.line.carrier.calls[self.sid] = status
        if status in ("completed", "busy", "failed", "no-answer", "canceled"):
            self.line.carrier.ends(self.sid, status)
        fields = {
            "AccountSid": ACCOUNT, "CallSid": self.sid, "CallStatus": status, "Direction": "outbound-api",
            "CallbackSource": "call-progress-events", "SequenceNumber": str(sequence),
        }  # fmt: skip
        return await self.line.send(f"{VOICE}/leg?leg={self.leg_id}", fields)

    def room(self) -> str:
        """The conference its newest document leads into; empty when it does not."""
        found = ET.fromstring(self.document).find("Dial/Conference")
        return "" if found is None else found.text or ""

    async def leg(self, prefix: str = "agent") -> AgentLeg:
        """The same connection in the room its document leads into; nobody else need be there."""
        async with self.line.database.read() as reader:
            row = await reader.fetchrow(
                "select offer_id, agent_id, room from voice_legs where id = $1", self.leg_id
            )
        assert row is not None
        leg = AgentLeg(
            self.line, self.caller, self.leg_id, row["offer_id"], row["agent_id"], row["room"], prefix
        )
        leg._sid = self.sid
        return leg

    async def joins(self, sequence: int = 1) -> AgentLeg:
        """It is in the room of its document, which the carrier makes when there is none."""
        name = self.room()
        assert name, self.document
        carrier = self.line.carrier
        room = carrier.room(name)
        if room is None:
            room = Room(carrier._sid("CF"), name)
            carrier.rooms.append(room)
        label = ET.fromstring(self.document).find("Dial/Conference")
        assert label is not None
        carrier.joins(room, self.sid, label.attrib["participantLabel"])
        leg = await self.leg()
        await leg.event("participant-join", sequence)
        return leg

    async def hangs_up(self, sequence: int = 30) -> None:
        """The receiver is put down in the room: the room and the leg say so."""
        leg = await self.leg()
        await leg.leaves(sequence)
        await self.status("completed", 9)


async def telephone_of(line: Line, caller: Caller, kind: str = "agent") -> Telephone:
    """The newest telephone of this kind that was ordered for the caller's contact."""
    leg_id = await line.value(
        """select id from voice_legs where contact_id = $1 and kind = $2 and address is not null
           order by created_at desc, id desc limit 1""",
        caller.contact_id,
        kind,
    )
    assert leg_id is not None, "no telephone is rung"
    requests = line.carrier.of("create_call")
    return Telephone(line, caller, leg_id, requests[-1] if requests else None)


async def ringing(line: Line, address: str = MOBILE, *, needs_key: bool = True) -> tuple[Caller, Telephone]:
    """A caller who waits while the telephone of the one agent at work rings: the ringing is the offer."""
    caller = await offered_by_phone(line, address, needs_key=needs_key)
    await line.run_commands()
    telephone = await telephone_of(line, caller)
    return caller, telephone


async def offered_by_phone(line: Line, address: str = MOBILE, *, needs_key: bool = True) -> Caller:
    """The same; the carrier has not been asked yet."""
    await reached_at(line, "mei", address, needs_key=needs_key)
    await line.agent_at_work()
    caller = await line.waiting_caller()
    await line.route()
    return caller


async def talking_by_phone(line: Line, address: str = MOBILE) -> tuple[Caller, Telephone, AgentLeg]:
    """A caller and an agent at a telephone in conversation."""
    caller, telephone = await ringing(line, address)
    await telephone.is_answered()
    await telephone.presses("1")
    leg = await telephone.joins()
    await line.run_commands()
    await caller.joins(leg)
    assert await caller.state() == "active/talking"
    return caller, telephone, leg
