"""Random lives of a floor: the engine and the naive router answer every event alike, and nothing is lost.

From time to time the engine is rebuilt from its snapshot, so a restored one must go on in the same way.
"""

import json
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.routing.engine import Engine
from tests.routing.engine.naive import Naive
from tests.routing.engine.support import Record

T = TypeVar("T")
AGENTS, QUEUES = "ABCDE", "pqrs"
SHIFTS: list[Record] = [  # t = 0 is 08:00 on Thursday in Taipei
    {"weekly": {"thu": [["08:00", "08:01"], ["08:02", "09:00"]]}},
    {"weekly": {"thu": [["07:00", "08:01"]], "wed": []}},
    {"weekly": {"thu": [["07:00", "23:00"]]}, "exceptions": {"1970-01-01": [["08:01", "08:02"]]}},
]

some_agent = st.sampled_from(AGENTS)
some_queue = st.sampled_from(QUEUES)
skills = st.dictionaries(st.sampled_from("xy"), st.integers(1, 3), max_size=2)
service = st.one_of(
    st.integers(0, 2),
    st.fixed_dictionaries({"rank": st.integers(0, 2), "delay": st.sampled_from([0, 3, 7])}),
)
abilities: dict[str, st.SearchStrategy[Any]] = {
    "queues": st.dictionaries(some_queue, service, max_size=3),
    "skills": skills,
    "units": st.sampled_from([1, 1, 2, 3, 5]),
    "slots": st.sampled_from([{}, {"chat": 1}, {"chat": 2}]),
    "exclusive": st.sampled_from([[], ["voice"], ["chat"]]),
}
one_step = st.fixed_dictionaries(
    {"skills": skills, "for": st.sampled_from([None, 0, 2, 5])},
    optional={"agents": st.lists(some_agent, max_size=3)},
)
rises = st.lists(st.tuples(st.sampled_from([0, 1, 2.5, 5]), st.integers(0, 3)).map(list), max_size=2)
demands: dict[str, st.SearchStrategy[Any]] = {
    "priority": st.integers(1, 3),
    "age_credit": st.sampled_from([-3, 0, 3]),
    "ttl": st.sampled_from([None, 0, 5, 9]),
    "sticky": st.one_of(st.none(), st.tuples(some_agent, st.sampled_from([0, 4])).map(list)),
    "steps": st.lists(one_step, max_size=3),
    "rising": st.one_of(st.none(), rises),
    "virtual": st.booleans(),
}
queue_rules = {
    "wrapup": st.sampled_from([0, 2, 5]),
    "reservation_timeout": st.sampled_from([None, 2, 3]),
    "max_waiting": st.sampled_from([None, 1, 2]),
    "calendar": st.sampled_from([None, *({"time_zone": "Asia/Taipei", **hours} for hours in SHIFTS)]),
    "closed": st.sampled_from([False, False, True]),
    "when_closed": st.sampled_from(["refuse", "wait"]),
    "at_close": st.sampled_from(["serve", "refuse", "wait"]),
    "unstaffed": st.sampled_from(["wait", "refuse"]),
    "order": st.sampled_from(["idle", "proficiency"]),
    "rising": rises,
    "ring": st.sampled_from([1, 1, 2, 3]),
}
configs = st.fixed_dictionaries(
    {
        "auto_accept": st.sampled_from([False, False, True]),
        "agents": st.lists(
            st.fixed_dictionaries({**abilities, "state": st.sampled_from(["available", "break"])}),
            min_size=1,
            max_size=4,
        ).map(lambda found: [{"id": name, **raw} for name, raw in zip(AGENTS, found, strict=False)]),
    },
    optional={
        "reservation_timeout": st.sampled_from([None, 4, 6]),
        "reservation_timeouts": st.sampled_from([{"chat": 8}, {"chat": None}]),
        "connect_timeout": st.sampled_from([None, 2]),
        "wrapup": st.sampled_from([0, 3]),
        "reject_delay": st.sampled_from([0, 4]),
        "max_waiting": st.sampled_from([None, 3]),
        "interrupts": st.sampled_from([{"voice": ["email", "chat"], "chat": ["email"]}, {"voice": ["chat"]}]),
        "channel_cost": st.sampled_from([{"voice": 3, "chat": 1}, {"chat": 0}]),
        "queues": st.dictionaries(some_queue, st.fixed_dictionaries({}, optional=queue_rules), max_size=2),
        "grace": st.sampled_from([0, 5]),
        "sticky_skip": st.booleans(),
        "timeout_state": st.sampled_from(["not_responding", "offline", "available"]),
    },
)


def copied(value: T) -> T:
    """The same through JSON, as it would come from outside."""
    result: T = json.loads(json.dumps(value))
    return result


class TwoRouters(RuleBasedStateMachine):
    """Both routers get the same events at the same instants."""

    @initialize(config=configs)
    def open_up(self, config: Record) -> None:
        self.engine, self.naive, self.t, self.number = Engine(), Naive(), 0.0, 0
        self.engine.reset(copied(config), 0)
        self.naive.reset(copied(config), 0)
        self.connected: set[str] = set()
        self.gone: set[str] = set()
        self.arrived: set[str] = set()
        self.config = copied(config)
        self.history: list[tuple[float, Record, list[Record]]] = []

    def both(self, kind: str, **fields: Any) -> list[Record]:
        event = {"type": kind, **fields}
        effects = self.engine.step(self.t, copied(event))
        self.history.append((self.t, event, effects))
        assert effects == self.naive.step(self.t, copied(event))
        for effect in effects:
            self.note(effect)
        given = "connect" if self.config["auto_accept"] else "offer"
        for effect in {e["agent"]: e for e in effects if e["type"] == given}.values():
            self.check_match(effect)
        if kind in ("contact.done", "contact.abandon") and all(e["type"] != "reject" for e in effects):
            self.gone.add(fields["contact"])
            self.connected.discard(fields["contact"])
        return effects

    def note(self, effect: Record) -> None:
        match effect["type"]:
            case "connect":
                assert effect["contact"] not in self.connected, "connected twice"
                self.connected.add(effect["contact"])
            case "rescind" if effect["why"] != "taken":
                self.connected.discard(effect["contact"])
            case "contact.expired" | "queue.full" | "queue.closed" | "queue.unstaffed":
                self.gone.add(effect["contact"])

    def check_match(self, effect: Record) -> None:
        """The last contact an agent was given in a step was allowed, by a reading of the rules of its own."""
        agent, contact = self.naive.agent(effect["agent"]), self.naive.contact(effect["contact"])
        assert agent is not None
        assert contact is not None
        assert agent["state"] == "available"
        assert contact["queue"] in agent["queues"]
        assert not contact["virtual"], "nobody can be given a place"
        names, skills = self.naive.demand(contact)
        assert names is None or agent["id"] in names
        assert all(agent["skills"].get(skill, 0) >= level for skill, level in skills.items()), "unskilled"
        over = self.config.get("interrupts", {}).get(contact["channel"], [])
        beside = [one for one in self.naive.held(agent) if one["channel"] not in over]
        assert sum(self.naive.cost(one) for one in beside) <= agent["units"], "over capacity"
        same = [one["channel"] for one in self.naive.held(agent)].count(contact["channel"])
        assert same <= agent["slots"].get(contact["channel"], same), "over its slots"
        for other in self.naive.waiting():
            if (
                other["queue"] == contact["queue"]
                and other["channel"] == contact["channel"]
                and self.naive.demand(other) == (names, skills)
                and other["enq"] <= contact["enq"]
                and not (other["dormant"] or other["virtual"] or agent["id"] in other["skips"])
            ):
                assert self.naive.position(other) > self.naive.position(contact), "overtaken in its own class"

    def held(self, data: st.DataObject) -> tuple[str, str]:
        """Mostly a contact with the agent who holds it, sometimes any two names."""
        pairs = [
            (c["contact"], name) for c in self.naive.contacts for name in [c["agent"], *c["offers"]] if name
        ]
        wild = st.tuples(self.a_contact(), some_agent)
        return data.draw(st.one_of(st.sampled_from(pairs), wild) if pairs else wild)

    def a_contact(self) -> st.SearchStrategy[str]:
        return st.integers(max(0, self.number - 6), self.number).map(str)

    @rule(seconds=st.sampled_from([0.5, 1, 2, 20]))
    def time_passes(self, seconds: float) -> None:
        self.t += seconds
        self.both("tick")

    @rule()
    def the_next_deadline_comes(self) -> None:
        deadline = self.engine.next_deadline()
        if deadline is not None:
            self.t = deadline
            self.both("tick")

    @rule(
        queue=some_queue,
        channel=st.sampled_from(["voice", "voice", "chat", "email"]),
        more=st.fixed_dictionaries({}, optional=demands),
        age=st.sampled_from([None, None, None, 0, 2, 5, -1]),
    )
    def a_contact_arrives(self, queue: str, channel: str, more: Record, age: float | None) -> None:
        self.number += 1
        fields = {"contact": str(self.number), "queue": queue, "channel": channel, **more}
        if age is not None:
            fields["enqueued_at"] = self.t - age
        effects = self.both("contact.arrive", **fields)
        if all(effect["type"] != "reject" for effect in effects):
            self.arrived.add(str(self.number))

    @rule(data=st.data())
    def a_contact_comes_a_second_time(self, data: st.DataObject) -> None:
        contact = data.draw(self.a_contact())
        if contact in self.arrived:
            assert self.both("contact.arrive", contact=contact, queue="p")

    @rule(data=st.data())
    def a_customer_leaves(self, data: st.DataObject) -> None:
        self.both("contact.abandon", contact=data.draw(self.a_contact()))

    @rule(data=st.data(), kind=st.sampled_from(["contact.done", "contact.done", "contact.requeue"]))
    def a_contact_is_let_go(self, data: st.DataObject, kind: str) -> None:
        self.both(kind, contact=self.held(data)[0])

    @rule(
        data=st.data(),
        queue=some_queue,
        age=st.sampled_from(["keep", "new"]),
        more=st.fixed_dictionaries(
            {}, optional={key: demands[key] for key in ("steps", "sticky", "priority")}
        ),
    )
    def a_contact_is_transferred(self, data: st.DataObject, queue: str, age: str, more: Record) -> None:
        contact = self.held(data)[0]
        was_connected = contact in self.connected
        self.connected.discard(contact)
        said = self.both("contact.transfer", contact=contact, queue=queue, age=age, **more)
        assert was_connected == all(effect["type"] != "reject" for effect in said)

    @rule(data=st.data(), changes=st.fixed_dictionaries({}, optional={**demands, "queue": some_queue}))
    def a_contact_changes(self, data: st.DataObject, changes: Record) -> None:
        self.both("contact.update", contact=data.draw(self.a_contact()), **changes)

    @rule(data=st.data(), kind=st.sampled_from(["accept", "accept", "accepting", "reject", "fail"]))
    def an_offer_is_answered(self, data: st.DataObject, kind: str) -> None:
        contact, agent = self.held(data)
        more: dict[str, st.SearchStrategy[Any]] = {
            "accepting": st.sampled_from([{}, {"timeout": None}, {"timeout": 2}]),
            "fail": st.sampled_from([{}, {"why": "no microphone"}, {"skip": 2}]),
        }
        fields = data.draw(more[kind]) if kind in more else {}
        self.both(f"reservation.{kind}", contact=contact, agent=agent, **fields)

    @rule(agent=some_agent, state=st.sampled_from(["available", "available", "break", "offline"]))
    def an_agent_changes_state(self, agent: str, state: str) -> None:
        self.both("agent.state", agent=agent, state=state)

    @rule(agent=some_agent, kind=st.sampled_from(["agent.lost", "agent.back", "agent.remove", "wrapup.end"]))
    def something_happens_to_an_agent(self, agent: str, kind: str) -> None:
        self.both(kind, agent=agent)

    @rule(agent=some_agent, raw=st.fixed_dictionaries(abilities))
    def an_agent_appears(self, agent: str, raw: Record) -> None:
        self.both("agent.add", agent=agent, **raw)

    @rule(agent=some_agent, changes=st.fixed_dictionaries({}, optional=abilities))
    def an_agent_learns(self, agent: str, changes: Record) -> None:
        self.both("agent.update", agent=agent, **changes)

    @rule(queue=some_queue, changes=st.fixed_dictionaries({}, optional=queue_rules))
    def a_queue_changes(self, queue: str, changes: Record) -> None:
        self.both("queue.update", queue=queue, **changes)

    @precondition(lambda self: self.number > 2)
    @rule()
    def the_engine_is_rebuilt_from_its_snapshot(self) -> None:
        rebuilt = Engine()
        rebuilt.reset(copied(self.engine.snapshot()), self.t)
        assert rebuilt.step(self.t, {"type": "tick"}) == []
        assert rebuilt.snapshot() == copied(self.engine.snapshot())
        self.engine = rebuilt

    @invariant()
    def no_eligible_pair_is_left(self) -> None:
        assert not self.naive.pairs(self.naive.waiting())
        assert not self.naive.pairs(self.naive.ringing())

    @invariant()
    def the_deadline_is_ahead_and_never_later_than_the_truth(self) -> None:
        deadline, truth = self.engine.next_deadline(), self.naive.next_deadline()
        assert deadline is None or deadline > self.t
        assert truth is None or (deadline is not None and deadline <= truth)

    @invariant()
    def every_contact_is_somewhere(self) -> None:
        kept = {one["contact"] for one in self.engine.snapshot()["contacts"]}
        assert kept == self.arrived - self.gone

    @invariant()
    def who_is_held_is_held_by_someone_on_the_floor(self) -> None:
        state = self.engine.snapshot()
        offers = [offer for one in state["contacts"] for offer in one.get("offers", [])]
        holders = {one["agent"] for one in state["contacts"]} - {None} | {agent for agent, _ in offers}
        assert holders <= {one["id"] for one in state["agents"]}

    def teardown(self) -> None:
        """The whole life again, without any restart between: the same to the byte."""
        if not hasattr(self, "history"):
            return
        engine = Engine()
        engine.reset(copied(self.config), 0)
        for t, event, effects in self.history:
            assert json.dumps(engine.step(t, copied(event))) == json.dumps(effects)


TestTwoRouters = TwoRouters.TestCase
TwoRouters.TestCase.settings = settings(
    max_examples=120, stateful_step_count=60, deadline=None, derandomize=True, database=None
)
