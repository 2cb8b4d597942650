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
        self.is_open = {name: self._opens(name) for name in self.queue_rules}
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
                "gone": False,
            }
        )

    # Looking

    def agent(self, name: Any) -> Record | None:
        return next((a for a in self.agents if a["id"] == name), None)

    def contact(self, name: Any) -> Record | None:
        return next((c for c in self.contacts if c["contact"] == name), None)

    def held(self, a: Record) -> list[Record]:
        return [c for c in self.contacts if c["agent"] == a["id"] or a["id"] in c["offers"]]

    def waiting(self) -> list[Record]:
        return [c for c in self.contacts if c["state"] == "waiting"]

    def ringing(self) -> list[Record]:
        return [c for c in self.contacts if c["state"] == "offered" and len(c["offers"]) < c["ring"]]

    def rank_delay(self, a: Record, queue: Any) -> tuple[int, float] | None:
        entry = a["queues"].get(queue)
        if entry is None:
            return None
        return (entry["rank"], entry.get("delay", 0)) if isinstance(entry, dict) else (entry, 0)

    def position(self, c: Record) -> tuple[int, float, int]:
        own = c["rising"]
        rises = self.rule(c["queue"], "rising", []) if own is None else own
        reached = [priority for after, priority in rises if c["enq"] + after <= self.t]
        return (min([c["priority"], *reached]), c["enq"] - c["age_credit"], c["no"])

    def demand(self, c: Record) -> tuple[Any, Record]:
        """The agents named (None: any) and the skills asked for now."""
        sticky = c["sticky"]
        if sticky is not None and self.t < c["asked"] + sticky[1]:
            return [sticky[0]], {}
        end = c["asked"]
        for step in c["steps"] or []:
            end = NEVER if step.get("for") is None else end + step["for"]
            if self.t < end:
                return step.get("agents"), step.get("skills") or {}
        return None, {}

    def lead(self, c: Record, a: Record) -> float:
        if self.rule(c["queue"], "order", "idle") == "idle":
            return 0
        return -float(sum(a["skills"].get(skill, 0) for skill in self.demand(c)[1]))

    def cost(self, c: Record) -> float:
        return float(self.cfg.get("channel_cost", {}).get(c["channel"], 1))

    def rule(self, queue: Any, name: str, wider: Any) -> Any:
        return self.queue_rules.get(queue, {}).get(name, wider)

    def eligible(self, c: Record, a: Record, held: list[Record]) -> bool:
        served = self.rank_delay(a, c["queue"])
        if c["dormant"] or c["virtual"] or a["id"] in c["offers"]:
            return False
        if a["state"] != "available" or a["wrap"] is not None or a["lost"] is not None or served is None:
            return False
        if self.t < c["enq"] + served[1] or not self._has_room(c, a, held):
            return False
        if a["id"] in c["skips"] and self.t < c["skips"][a["id"]]:
            return False
        names, wanted = self.demand(c)
        named = names is None or a["id"] in names
        return named and all(a["skills"].get(skill, 0) >= level for skill, level in wanted.items())

    def _has_room(self, c: Record, a: Record, held: list[Record]) -> bool:
        if sum(h["channel"] == c["channel"] for h in held) >= a["slots"].get(c["channel"], NEVER):
            return False
        over = self.cfg.get("interrupts", {}).get(c["channel"], [])
        held = [h for h in held if h["channel"] not in over]
        if sum(self.cost(h) for h in held) + self.cost(c) > a["units"]:
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
        self._settle()
        self._drop_preferences()
        self._match()
        if event["type"] == "contact.arrive" and not why:
            self._refuse_if_full(event["contact"])
        self._tell_firsts()
        return self.out

    def _due(self) -> None:
        t = self.t
        for c in list(self.contacts):
            for name, expires in list(c["offers"].items()):
                if expires is not None and expires <= t:
                    a = self.agent(name)
                    assert a is not None
                    self._rescind(c, name, "timeout" if c["state"] == "offered" else "connect timeout")
                    if self.out[-1]["why"] == "timeout":
                        self._silence(a, "reservation timeout")
        for a in self.agents:
            if a["lost"] is not None and a["lost"] <= t:
                self._end_grace(a)
        self._expire()
        for queue in self.queue_rules:
            self._keep_hours(queue)
        self._settle()
        for a in self.agents:
            if a["wrap"] is not None and a["wrap"] <= t:
                a["wrap"], a["idle"] = None, t
        self._drop_preferences()

    def _drop_preferences(self) -> None:
        free = [c for c in self.waiting() + self.ringing() if not c["dormant"] and not c["virtual"]]
        for c in free if self.cfg.get("sticky_skip") else []:
            a = None if c["sticky"] is None else self.agent(c["sticky"][0])
            if a is None or a["state"] == "offline" or c["queue"] not in a["queues"]:
                c["sticky"] = None

    def _expire(self) -> None:
        for c in sorted(self.waiting(), key=self.position):
            if c["ttl"] is not None and c["asked"] + c["ttl"] <= self.t:
                self.contacts.remove(c)
                self.out.append({"type": "contact.expired", "contact": c["contact"]})

    # Hours and staff

    def _opens(self, queue: Any) -> bool:
        hours = self.rule(queue, "calendar", None)
        return not self.rule(queue, "closed", False) and (hours is None or self._in_hours(hours, self.t))

    def _in_hours(self, hours: Record, t: float) -> bool:
        """In Taipei, where the clocks never change; day 0 is 1 January 1970, a Thursday."""
        day, minute = divmod(t / 60 + 8 * 60, 24 * 60)
        usual = hours["weekly"].get(("thu", "fri", "sat", "sun", "mon", "tue", "wed")[int(day) % 7], [])
        spans = hours.get("exceptions", {}).get("1970-01-01", usual) if day == 0 else usual
        return any(self._minutes(a) <= minute < self._minutes(b) for a, b in spans)

    def _minutes(self, wall: str) -> int:
        return int(wall[:2]) * 60 + int(wall[3:])

    def _keep_hours(self, queue: Any) -> None:
        was_open, self.is_open[queue] = self.is_open.get(queue, True), self._opens(queue)
        if self.is_open[queue] == was_open:
            return
        at_close = self.rule(queue, "at_close", "serve")
        for c in [c for c in self.waiting() if c["queue"] == queue]:
            if self.is_open[queue]:
                c["dormant"] = False
            elif at_close != "serve":
                c["dormant"], c["out"] = True, at_close == "refuse"

    def _admit(self, c: Record, rule: str, usual: str) -> None:
        treatment = self.rule(c["queue"], rule, usual)
        shut = not self.is_open.get(c["queue"], True)
        c["dormant"], c["out"] = shut and treatment != "serve", shut and treatment == "refuse"

    def _is_staffed(self, queue: Any) -> bool:
        return any(queue in a["queues"] and a["state"] != "offline" and not a["gone"] for a in self.agents)

    def _settle(self) -> None:
        self._expire()
        for c in sorted(self.waiting(), key=self.position):
            refuses = self.rule(c["queue"], "unstaffed", "wait") == "refuse"
            deserted = refuses and not c["dormant"] and not self._is_staffed(c["queue"])
            if c["out"] or deserted:
                self.contacts.remove(c)
                kind = "queue.closed" if c["out"] else "queue.unstaffed"
                self.out.append({"type": kind, "contact": c["contact"]})

    def _match(self) -> None:
        while pairs := self.pairs(self.waiting()) or self.pairs(self.ringing()):
            _, c, a = min(pairs, key=lambda pair: pair[0])
            base = {"contact": c["contact"], "agent": a["id"]}
            if self.cfg.get("auto_accept", True):
                c["state"], c["agent"] = "connected", a["id"]
                self.out.append({"type": "connect", **base})
                continue
            if c["state"] == "waiting":
                c["ring"] = self.rule(c["queue"], "ring", 1)
            by_channel = self.cfg.get("reservation_timeouts", {})
            wider = by_channel.get(c["channel"], self.cfg.get("reservation_timeout"))
            seconds = self.rule(c["queue"], "reservation_timeout", wider)
            expires = None if seconds is None else self.t + seconds
            c["state"], c["offers"][a["id"]] = "offered", expires
            several = {"ring": c["ring"]} if c["ring"] > 1 else {}
            self.out.append({"type": "offer", **base, "expires": expires, **several})

    def _tell_firsts(self) -> None:
        awake = [c for c in self.waiting() if not c["dormant"]]
        heads = [
            min((c for c in awake if c["queue"] == q), key=self.position) for q in {c["queue"] for c in awake}
        ]
        for c in sorted(heads, key=self.position):
            if c["virtual"] and not c["told"] and self._is_staffed(c["queue"]):
                c["told"] = True
                self.out.append({"type": "contact.first", "contact": c["contact"]})

    def pairs(self, waiting: list[Record]) -> list[tuple[tuple[float, ...], Record, Record]]:
        """Every eligible pair of these contacts with its key."""
        found: list[tuple[tuple[float, ...], Record, Record]] = []
        in_hands: dict[Any, list[Record]] = {}
        for c in self.contacts if waiting else []:
            for name in [c["agent"], *c["offers"]]:
                in_hands.setdefault(name, []).append(c)
        for n, a in enumerate(self.agents if waiting else []):
            held = in_hands.get(a["id"], [])
            for c in waiting:
                served = self.rank_delay(a, c["queue"])
                if served is not None and self.eligible(c, a, held):
                    key = (served[0], *self.position(c), self.lead(c, a), a["idle"], n)
                    found.append((key, c, a))
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

    def _rescind(self, c: Record, name: Any, why: str) -> None:
        self.out.append({"type": "rescind", "contact": c["contact"], "agent": name, "why": why})
        c["agent"] = None
        c["offers"].pop(name, None)
        if not c["offers"]:
            c["state"] = "waiting"
            self._admit(c, "at_close", "serve")

    def _taken(self, c: Record, winner: Any) -> None:
        for name in [name for name in c["offers"] if name != winner]:
            self._rescind(c, name, "taken")

    def _rescind_all(self, a: Record, states: tuple[str, ...]) -> None:
        for c in self.held(a):
            if c["state"] in states:
                self._rescind(c, a["id"], "agent left")

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
        a["gone"] = True

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
        blank["rising"] = None
        enq = e["enqueued_at"] if e.get("enqueued_at") is not None else self.t
        self.arrivals += 1
        blank["virtual"] = False
        held: Record = {"state": "waiting", "agent": None, "offers": {}, "skips": {}, "told": False}
        self.contacts.append({**blank, **e, **held, "enq": enq, "asked": enq, "no": self.arrivals})
        self._admit(self.contacts[-1], "when_closed", "refuse")
        return None

    def on_contact_abandon(self, e: Record) -> str | None:
        c = self.contact(e["contact"])
        if c is None or c["state"] == "connected":
            return "not waiting"
        for name in list(c["offers"]):
            self._rescind(c, name, "abandoned")
        self.contacts.remove(c)
        return None

    def on_contact_done(self, e: Record) -> str | None:
        c = self.contact(e["contact"])
        if c is None or c["state"] != "connected":
            return "not connected"
        self._let_go(c)
        self.contacts.remove(c)
        return None

    def _let_go(self, c: Record) -> None:
        a = self.agent(c["agent"])
        assert a is not None
        c["agent"] = None
        if not self.held(a):
            a["idle"] = self.t
        wrapup = self.rule(c["queue"], "wrapup", self.cfg.get("wrapup", 0))
        if c["channel"] == "voice" and wrapup > 0:
            a["wrap"] = self.t + wrapup if a["wrap"] is None else max(a["wrap"], self.t + wrapup)

    def on_contact_transfer(self, e: Record) -> str | None:
        c = self.contact(e["contact"])
        if c is None or c["state"] != "connected":
            return "not connected"
        self._let_go(c)
        c["queue"], c["sticky"], c["asked"], c["state"] = e["queue"], e.get("sticky"), self.t, "waiting"
        c["steps"], c["priority"] = e.get("steps", c["steps"]), e.get("priority", c["priority"])
        if e.get("age") == "new":
            self.arrivals += 1
            c["enq"], c["no"] = self.t, self.arrivals
            self.contacts.remove(c)
            self.contacts.append(c)
        self._admit(c, "when_closed", "refuse")
        return None

    def on_contact_requeue(self, e: Record) -> str | None:
        c = self.contact(e["contact"])
        if c is None or c["state"] != "connected":
            return "not connected"
        a = self.agent(c["agent"])
        assert a is not None
        self._rescind(c, a["id"], e.get("why", "requeued"))
        if not self.held(a):
            a["idle"] = self.t
        return None

    def on_contact_update(self, e: Record) -> str | None:
        c = self.contact(e["contact"])
        if c is None or c["state"] == "connected":
            return "not waiting"
        moves = e.get("queue", c["queue"]) != c["queue"]
        if e.get("virtual", c["virtual"]) != c["virtual"]:
            c["told"] = False
        for key in ("queue", "priority", "age_credit", "ttl", "sticky", "steps", "rising", "virtual"):
            c[key] = e.get(key, c[key])
        if moves and c["state"] == "waiting":
            self._admit(c, "when_closed", "refuse")
        return None

    def on_agent_state(self, e: Record) -> str | None:
        a = self.agent(e["agent"])
        if a is None:
            return "unknown agent"
        if a["state"] != e["state"]:
            a["state"] = e["state"]
            if a["state"] == "available":
                a["idle"], a["gone"] = self.t, False
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
        a["lost"], a["gone"] = None, False
        return None

    def on_wrapup_end(self, e: Record) -> str | None:
        a = self.agent(e["agent"])
        if a is None:
            return "unknown agent"
        if a["wrap"] is not None:
            a["wrap"], a["idle"] = None, self.t
        return None

    def on_queue_update(self, e: Record) -> str | None:
        named = {key: value for key, value in e.items() if key not in ("type", "queue")}
        self.queue_rules.setdefault(e["queue"], {}).update(named)
        self._keep_hours(e["queue"])
        return None

    def _offer(self, e: Record, states: tuple[str, ...]) -> Record | None:
        c = self.contact(e["contact"])
        return c if c is not None and c["state"] in states and e["agent"] in c["offers"] else None

    def on_reservation_accept(self, e: Record) -> str | None:
        c = self._offer(e, ("offered", "accepting"))
        if c is None:
            return "reservation not pending"
        self.out.append({"type": "connect", "contact": e["contact"], "agent": e["agent"]})
        self._taken(c, e["agent"])
        c["state"], c["agent"], c["offers"] = "connected", e["agent"], {}
        return None

    def on_reservation_accepting(self, e: Record) -> str | None:
        c = self._offer(e, ("offered",))
        if c is None:
            return "reservation not pending"
        seconds = e.get("timeout", self.cfg.get("connect_timeout", 10))
        self._taken(c, e["agent"])
        c["state"], c["offers"] = "accepting", {e["agent"]: None if seconds is None else self.t + seconds}
        return None

    def on_reservation_reject(self, e: Record) -> str | None:
        c = self._offer(e, ("offered",))
        if c is None:
            return "reservation not pending"
        delay = self.cfg.get("reject_delay", 0)
        c["skips"][e["agent"]] = self.t + delay if delay > 0 else NEVER
        self._rescind(c, e["agent"], "rejected")
        return None

    def on_reservation_fail(self, e: Record) -> str | None:
        c = self._offer(e, ("offered", "accepting"))
        if c is None:
            return "reservation not pending"
        if e.get("skip", 0) > 0:
            c["skips"][e["agent"]] = self.t + e["skip"]
        self._rescind(c, e["agent"], e.get("why", "failed"))
        return None

    # Time

    def next_deadline(self) -> float | None:
        """The earliest instant after now at which a rule may act, by looking at every clock there is."""
        found = [at for at in self._instants() if self.t < at < NEVER]
        return min(found, default=None)

    def _instants(self) -> list[float]:
        found: list[float] = self._boundaries()
        for a in self.agents:
            found += [at for at in (a["wrap"], a["lost"]) if at is not None]
        for c in self.contacts:
            found += [at for at in c["offers"].values() if at is not None]
            if c["state"] == "waiting":
                found += [] if c["ttl"] is None else [c["asked"] + c["ttl"]]
                found += self._instants_of(c)
        for c in self.ringing():
            found += self._instants_of(c)
        return found

    def _boundaries(self) -> list[float]:
        """Every full minute of the next half hour at which some queue opens or closes by its hours."""
        first = self.t // 60 * 60
        all_hours = [rules.get("calendar") for rules in self.queue_rules.values() if not rules.get("closed")]
        return [
            first + 60 * n
            for hours in all_hours
            for n in range(1, 30)
            if hours and self._in_hours(hours, first + 60 * n) != self._in_hours(hours, first + 60 * (n - 1))
        ]

    def _instants_of(self, c: Record) -> list[float]:
        if c["dormant"] or c["virtual"]:
            return []
        found = list(c["skips"].values())
        rises = self.rule(c["queue"], "rising", []) if c["rising"] is None else c["rising"]
        reached = self.position(c)[0]
        found += [c["enq"] + after for after, priority in rises if priority < reached]
        found += [] if c["sticky"] is None else [c["asked"] + c["sticky"][1]]
        end = c["asked"]
        for step in c["steps"] or []:
            end = NEVER if step.get("for") is None else end + step["for"]
            found.append(end)
        served = [self.rank_delay(a, c["queue"]) for a in self.agents]
        return found + [c["enq"] + one[1] for one in served if one is not None]
