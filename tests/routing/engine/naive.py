"""A second router, written from the rules alone: plain dicts, every pair looked at, nothing remembered.

It shares no line with the product. Slow on purpose: what it does must be plain to see.
"""

import math
from typing import Any

Record = dict[str, Any]
NEVER = math.inf


class Naive:
    """The same three calls as the engine."""

    def reset(self, config: Record, t0: float) -> None:
        self.cfg = config
        self.queue_rules: Record = {name: dict(rules) for name, rules in config.get("queues", {}).items()}
        self.t = t0
        self.agents: list[Record] = []
        for raw in config["agents"]:
            self._place_agent(raw["id"], raw)
        self.contacts: list[Record] = []  # in arrival order
        self.seen: set[Any] = set()
        self.arrivals = 0
        self.out: list[Record] = []

    def _place_agent(self, name: Any, raw: Record) -> None:
        self.agents.append(
            {
                "id": name,
                "queues": dict(raw["queues"]),
                "state": raw.get("state", "available"),
                "skills": dict(raw.get("skills", {})),
                "units": raw.get("units", 1),
                "slots": dict(raw.get("slots", {})),
                "exclusive": list(raw.get("exclusive", [])),
                "idle": self.t,
                "wrap": None,
                "lost": None,
            }
        )

    # Looking

    def agent(self, name: Any) -> Record | None:
        return next((a for a in self.agents if a["id"] == name), None)

    def contact(self, name: Any) -> Record | None:
        return next((c for c in self.contacts if c["contact"] == name), None)

    def held(self, a: Record) -> list[Record]:
        return [c for c in self.contacts if c["agent"] == a["id"]]

    def waiting(self) -> list[Record]:
        return [c for c in self.contacts if c["state"] == "waiting"]

    def rank_delay(self, a: Record, queue: Any) -> tuple[int, float] | None:
        entry = a["queues"].get(queue)
        if entry is None:
            return None
        return (entry["rank"], entry.get("delay", 0)) if isinstance(entry, dict) else (entry, 0)

    def position(self, c: Record) -> tuple[int, float, int]:
        return (c["priority"], c["enq"] - c["age_credit"], c["no"])

    def cost(self, c: Record) -> float:
        return float(self.cfg.get("channel_cost", {}).get(c["channel"], 1))

    def rule(self, queue: Any, name: str, wider: Any) -> Any:
        return self.queue_rules.get(queue, {}).get(name, wider)

    def eligible(self, c: Record, a: Record, held: list[Record]) -> bool:
        served = self.rank_delay(a, c["queue"])
        if a["state"] != "available" or a["wrap"] is not None or a["lost"] is not None or served is None:
            return False
        if self.t < c["enq"] + served[1] or not self._has_room(c, a, held):
            return False
        if a["id"] in c["skips"] and self.t < c["skips"][a["id"]]:
            return False
        sticky = c["sticky"]
        if sticky is not None and self.t < c["enq"] + sticky[1]:
            return bool(a["id"] == sticky[0])
        end = c["enq"]
        for step in c["steps"] or []:
            end = NEVER if step.get("for") is None else end + step["for"]
            if self.t < end:
                named = step.get("agents") is None or a["id"] in step["agents"]
                wanted = (step.get("skills") or {}).items()
                return named and all(a["skills"].get(skill, 0) >= level for skill, level in wanted)
        return True

    def _has_room(self, c: Record, a: Record, held: list[Record]) -> bool:
        if sum(self.cost(h) for h in held) + self.cost(c) > a["units"]:
            return False
        if sum(h["channel"] == c["channel"] for h in held) >= a["slots"].get(c["channel"], NEVER):
            return False
        channels = [h["channel"] for h in held]
        if held and any(kind in a["exclusive"] for kind in [*channels, c["channel"]]):
            return all(kind == c["channel"] for kind in channels)
        return True

    # The three parts of a step

    def step(self, t: float, event: Record) -> list[Record]:
        self.t, self.out = t, []
        self._due()
        handler = getattr(self, "on_" + event["type"].replace(".", "_"))
        why = handler(event)
        if why:
            self.out.append({"type": "reject", "why": why})
        self._expire()
        self._drop_preferences()
        self._match()
        if event["type"] == "contact.arrive" and not why:
            self._refuse_if_full(event["contact"])
        return self.out

    def _due(self) -> None:
        t = self.t
        for c in list(self.contacts):
            if c["state"] in ("offered", "accepting") and c["expires"] is not None and c["expires"] <= t:
                a = self.agent(c["agent"])
                assert a is not None
                self._rescind(c, "timeout" if c["state"] == "offered" else "connect timeout")
                if self.out[-1]["why"] == "timeout":
                    self._silence(a, "reservation timeout")
        for a in self.agents:
            if a["lost"] is not None and a["lost"] <= t:
                self._end_grace(a)
        self._expire()
        for a in self.agents:
            if a["wrap"] is not None and a["wrap"] <= t:
                a["wrap"], a["idle"] = None, t
        self._drop_preferences()

    def _drop_preferences(self) -> None:
        for c in self.waiting() if self.cfg.get("sticky_skip") else []:
            a = None if c["sticky"] is None else self.agent(c["sticky"][0])
            if a is None or a["state"] == "offline" or c["queue"] not in a["queues"]:
                c["sticky"] = None

    def _expire(self) -> None:
        for c in sorted(self.waiting(), key=self.position):
            if c["ttl"] is not None and c["enq"] + c["ttl"] <= self.t:
                self.contacts.remove(c)
                self.out.append({"type": "contact.expired", "contact": c["contact"]})

    def _match(self) -> None:
        while pairs := self.pairs():
            _, c, a = min(pairs, key=lambda pair: pair[0])
            c["agent"] = a["id"]
            base = {"contact": c["contact"], "agent": a["id"]}
            if self.cfg.get("auto_accept", True):
                c["state"] = "connected"
                self.out.append({"type": "connect", **base})
                continue
            by_channel = self.cfg.get("reservation_timeouts", {})
            wider = by_channel.get(c["channel"], self.cfg.get("reservation_timeout"))
            seconds = self.rule(c["queue"], "reservation_timeout", wider)
            c["state"], c["expires"] = "offered", None if seconds is None else self.t + seconds
            self.out.append({"type": "offer", **base, "expires": c["expires"]})

    def pairs(self) -> list[tuple[tuple[float, ...], Record, Record]]:
        """Every eligible pair with its key."""
        found: list[tuple[tuple[float, ...], Record, Record]] = []
        waiting = self.waiting()
        in_hands: dict[Any, list[Record]] = {}
        for c in self.contacts if waiting else []:
            in_hands.setdefault(c["agent"], []).append(c)
        for n, a in enumerate(self.agents if waiting else []):
            held = in_hands.get(a["id"], [])
            for c in waiting:
                served = self.rank_delay(a, c["queue"])
                if served is not None and self.eligible(c, a, held):
                    found.append(((served[0], *self.position(c), a["idle"], n), c, a))
        return found

    def _refuse_if_full(self, name: Any) -> None:
        c = self.contact(name)
        if c is None or c["state"] != "waiting":
            return
        limit, own = self.cfg.get("max_waiting"), self.rule(c["queue"], "max_waiting", None)
        in_queue = sum(w["queue"] == c["queue"] for w in self.waiting())
        if (limit is not None and len(self.waiting()) > limit) or (own is not None and in_queue > own):
            self.contacts.remove(c)
            self.out.append({"type": "queue.full", "contact": name})

    # Small moves

    def _rescind(self, c: Record, why: str) -> None:
        self.out.append({"type": "rescind", "contact": c["contact"], "agent": c["agent"], "why": why})
        c["state"], c["agent"], c["expires"] = "waiting", None, None

    def _rescind_all(self, a: Record, states: tuple[str, ...]) -> None:
        for c in self.held(a):
            if c["state"] in states:
                self._rescind(c, "agent left")

    def _silence(self, a: Record, why: str) -> None:
        state = self.cfg.get("timeout_state", "not_responding")
        if a["state"] != state:
            a["state"] = state
            self.out.append({"type": "agent.state", "agent": a["id"], "state": state, "why": why})

    def _end_grace(self, a: Record) -> None:
        a["lost"] = None
        self._rescind_all(a, ("offered",))
        if a["state"] == "available":
            self._silence(a, "agent lost")

    # Events: each returns why it is refused, or None

    def on_tick(self, _event: Record) -> str | None:
        return None

    def on_contact_arrive(self, e: Record) -> str | None:
        if e["contact"] in self.seen:
            return "duplicate contact"
        if e.get("enqueued_at") is not None and e["enqueued_at"] > self.t:
            return "enqueued_at lies in the future"
        self.seen.add(e["contact"])
        blank = {"channel": "voice", "priority": 5, "age_credit": 0, "ttl": None, "sticky": None, "steps": []}
        enq = e["enqueued_at"] if e.get("enqueued_at") is not None else self.t
        self.arrivals += 1
        held: Record = {"state": "waiting", "agent": None, "expires": None, "skips": {}}
        self.contacts.append({**blank, **e, **held, "enq": enq, "no": self.arrivals})
        return None

    def on_contact_abandon(self, e: Record) -> str | None:
        c = self.contact(e["contact"])
        if c is None or c["state"] == "connected":
            return "not waiting"
        if c["state"] != "waiting":
            self._rescind(c, "abandoned")
        self.contacts.remove(c)
        return None

    def on_contact_done(self, e: Record) -> str | None:
        c = self.contact(e["contact"])
        if c is None or c["state"] != "connected":
            return "not connected"
        a = self.agent(c["agent"])
        assert a is not None
        self.contacts.remove(c)
        if not self.held(a):
            a["idle"] = self.t
        wrapup = self.rule(c["queue"], "wrapup", self.cfg.get("wrapup", 0))
        if c["channel"] == "voice" and wrapup > 0:
            a["wrap"] = self.t + wrapup if a["wrap"] is None else max(a["wrap"], self.t + wrapup)
        return None

    def on_contact_requeue(self, e: Record) -> str | None:
        c = self.contact(e["contact"])
        if c is None or c["state"] != "connected":
            return "not connected"
        a = self.agent(c["agent"])
        assert a is not None
        self._rescind(c, e.get("why", "requeued"))
        if not self.held(a):
            a["idle"] = self.t
        return None

    def on_contact_update(self, e: Record) -> str | None:
        c = self.contact(e["contact"])
        if c is None or c["state"] == "connected":
            return "not waiting"
        for key in ("queue", "priority", "age_credit", "ttl", "sticky", "steps"):
            c[key] = e.get(key, c[key])
        return None

    def on_agent_state(self, e: Record) -> str | None:
        a = self.agent(e["agent"])
        if a is None:
            return "unknown agent"
        if a["state"] != e["state"]:
            a["state"] = e["state"]
            if a["state"] == "available":
                a["idle"] = self.t
            else:
                self._rescind_all(a, ("offered",))
        return None

    def on_agent_add(self, e: Record) -> str | None:
        if self.agent(e["agent"]) is not None:
            return "duplicate agent"
        self._place_agent(e["agent"], e)
        return None

    def on_agent_remove(self, e: Record) -> str | None:
        a = self.agent(e["agent"])
        if a is None:
            return "unknown agent"
        if any(c["state"] == "connected" for c in self.held(a)):
            return "agent has contacts in hand"
        self._rescind_all(a, ("offered", "accepting"))
        self.agents.remove(a)
        return None

    def on_agent_update(self, e: Record) -> str | None:
        a = self.agent(e["agent"])
        if a is None:
            return "unknown agent"
        for key in ("queues", "skills", "units", "slots", "exclusive"):
            a[key] = e.get(key, a[key])
        return None

    def on_agent_lost(self, e: Record) -> str | None:
        a = self.agent(e["agent"])
        if a is None:
            return "unknown agent"
        if a["lost"] is None:
            grace = self.cfg.get("grace", 15)
            a["lost"] = self.t + grace
            if grace == 0:
                self._end_grace(a)
        return None

    def on_agent_back(self, e: Record) -> str | None:
        a = self.agent(e["agent"])
        if a is None:
            return "unknown agent"
        a["lost"] = None
        return None

    def on_wrapup_end(self, e: Record) -> str | None:
        a = self.agent(e["agent"])
        if a is None:
            return "unknown agent"
        if a["wrap"] is not None:
            a["wrap"], a["idle"] = None, self.t
        return None

    def on_queue_update(self, e: Record) -> str | None:
        named = {key: e[key] for key in ("wrapup", "reservation_timeout", "max_waiting") if key in e}
        self.queue_rules.setdefault(e["queue"], {}).update(named)
        return None

    def _offer(self, e: Record, states: tuple[str, ...]) -> Record | None:
        c = self.contact(e["contact"])
        return c if c is not None and c["state"] in states and c["agent"] == e["agent"] else None

    def on_reservation_accept(self, e: Record) -> str | None:
        c = self._offer(e, ("offered", "accepting"))
        if c is None:
            return "reservation not pending"
        c["state"], c["expires"] = "connected", None
        self.out.append({"type": "connect", "contact": e["contact"], "agent": e["agent"]})
        return None

    def on_reservation_accepting(self, e: Record) -> str | None:
        c = self._offer(e, ("offered",))
        if c is None:
            return "reservation not pending"
        seconds = e.get("timeout", self.cfg.get("connect_timeout", 10))
        c["state"], c["expires"] = "accepting", None if seconds is None else self.t + seconds
        return None

    def on_reservation_reject(self, e: Record) -> str | None:
        c = self._offer(e, ("offered",))
        if c is None:
            return "reservation not pending"
        delay = self.cfg.get("reject_delay", 0)
        c["skips"][e["agent"]] = self.t + delay if delay > 0 else NEVER
        self._rescind(c, "rejected")
        return None

    def on_reservation_fail(self, e: Record) -> str | None:
        c = self._offer(e, ("offered", "accepting"))
        if c is None:
            return "reservation not pending"
        if e.get("skip", 0) > 0:
            c["skips"][e["agent"]] = self.t + e["skip"]
        self._rescind(c, e.get("why", "failed"))
        return None

    # Time

    def next_deadline(self) -> float | None:
        """The earliest instant after now at which a rule may act, by looking at every clock there is."""
        found = [at for at in self._instants() if self.t < at < NEVER]
        return min(found, default=None)

    def _instants(self) -> list[float]:
        found: list[float] = []
        for a in self.agents:
            found += [at for at in (a["wrap"], a["lost"]) if at is not None]
        for c in self.contacts:
            if c["state"] in ("offered", "accepting") and c["expires"] is not None:
                found.append(c["expires"])
            if c["state"] == "waiting":
                found += self._instants_of(c)
        return found

    def _instants_of(self, c: Record) -> list[float]:
        found = list(c["skips"].values())
        found += [] if c["ttl"] is None else [c["enq"] + c["ttl"]]
        found += [] if c["sticky"] is None else [c["enq"] + c["sticky"][1]]
        end = c["enq"]
        for step in c["steps"] or []:
            end = NEVER if step.get("for") is None else end + step["for"]
            found.append(end)
        served = [self.rank_delay(a, c["queue"]) for a in self.agents]
        return found + [c["enq"] + one[1] for one in served if one is not None]
