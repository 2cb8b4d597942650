"""Named sets of fault rules: run a whole scenario under each, with the oracles as what must still hold.

A family is a function of nothing: chance comes from the seed of the network. The groups:

- `line`: how webhooks travel and what becomes of the answers;
- `shape`: unusual but legal content;
- `attack`: forged and replayed requests, which must change nothing;
- `rest`: refusals, lost answers and delays of the REST side;
- `people`: callers and agents who hang up at awkward moments (see also `hang_up_points`);
- `recording`: recordings that are absent, empty, late, told twice or out of order.

What needs the peer's own process (kills, slow databases) is a hook: put a function into `sim.faults.hooks[name]` and
add a rule HOOK_BEFORE or HOOK_AFTER with that `hook`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from simulator.calls import TERMINAL
from simulator.faults import RECORDING_EFFECTS, REST_EFFECTS, WEBHOOK_EFFECTS, FaultRule, Faults
from simulator.faults import FaultEffect as Effect
from simulator.journal import Entry, EntryKind

WEEK = 7 * 86_400.0  # s
STATUS, ROOM, RECORDING = "voice.status", "voice.conference_status", "voice.recording_status"
TEXT = "message.status"
CALLBACKS = (STATUS, ROOM, RECORDING, TEXT)
FINAL = frozenset(status.value for status in TERMINAL)  # titles of the journal


@dataclass(frozen=True, slots=True)
class Family:
    """A named fault. `rules` makes fresh rules, as rules count."""

    name: str
    group: str
    says: str
    rules: Callable[[], list[FaultRule]]


def _of(effect: Effect, *kinds: str, **more: object) -> Callable[[], list[FaultRule]]:
    """Rules of one effect for each of these kinds of message."""
    return lambda: [
        FaultRule.from_json({"effect": effect.value, "kind": kind, **more}) for kind in kinds or ("*",)
    ]


def _table(group: str, rows: Mapping[str, tuple[str, Callable[[], list[FaultRule]]]]) -> list[Family]:
    return [Family(name, group, says, rules) for name, (says, rules) in rows.items()]


LINE = _table(
    "line",
    {
        "duplicate-now": ("every webhook comes twice at once", _of(Effect.DUPLICATE)),
        "duplicate-late": ("every webhook comes again 30 s later", _of(Effect.DUPLICATE, delay=30)),
        "duplicate-same-token": (
            "every callback comes twice with one idempotency token",
            _of(Effect.DUPLICATE, *CALLBACKS, times=2, delay=1, fresh_token=False),
        ),
        "swapped": ("every second callback comes after the next one", _of(Effect.SWAP, *CALLBACKS, every=2)),
        "terminal-first": ("the end of a call comes before its answer", _of(Effect.TERMINAL_FIRST, STATUS)),
        "late-5": (
            "a third of the callbacks is 5 s late",
            _of(Effect.DELAY, *CALLBACKS, probability=0.34, delay=5),
        ),
        "late-20": (
            "a third of the callbacks is 20 s late",
            _of(Effect.DELAY, *CALLBACKS, probability=0.34, delay=20),
        ),
        "late-600": (
            "a tenth is 10 min late",
            _of(Effect.DELAY, *CALLBACKS, probability=0.1, delay=600),
        ),
        "lost-third": ("each third callback is lost", _of(Effect.DROP, *CALLBACKS, every=3)),
        "lost-status": ("no call status arrives", _of(Effect.DROP, STATUS)),
        "lost-conference": ("no conference event arrives", _of(Effect.DROP, ROOM)),
        "lost-text-status": ("nothing is told of the texts we send", _of(Effect.DROP, TEXT)),
        "refused": ("a tenth of the connections is refused", _of(Effect.DROP, probability=0.1)),
        "answer-500": ("a tenth of the answers is an error page", _of(Effect.ANSWER_500, probability=0.1)),
        "answer-404": ("a tenth of the answers is 404", _of(Effect.ANSWER_404, probability=0.1)),
        "answer-429": ("a tenth of the answers is 429", _of(Effect.ANSWER_429, probability=0.1)),
        "too-slow": ("a tenth of the answers comes too late", _of(Effect.TOO_SLOW, probability=0.1)),
        "garbled": ("a tenth of the documents is not XML", _of(Effect.GARBLE, probability=0.1)),
        "empty": ("a tenth of the documents is empty", _of(Effect.EMPTY, probability=0.1)),
    },
)
SHAPE = [
    Family(
        effect.value.replace("_", "-"),
        "shape",
        f"every webhook has the shape {effect.value[6:]}",
        _of(effect),
    )
    for effect in Effect
    if effect.value.startswith("shape_")
]
ATTACK = [
    Family(effect.value.replace("_", "-"), "attack", "a forged request before every right one", _of(effect))
    for effect in Effect
    if effect.value.startswith("forge_")
] + _table(
    "attack",
    {
        "bad-signature": (
            "each third callback is signed wrongly",
            _of(Effect.BAD_SIGNATURE, *CALLBACKS, every=3),
        ),
        "replay-week": ("every webhook is replayed a week later", _of(Effect.DUPLICATE, delay=WEEK)),
    },
)
REST = _table(
    "rest",
    {
        "rest-429": ("each third request is one too many", _of(Effect.ERROR_429, every=3)),
        "rest-500": ("each third request fails before it does anything", _of(Effect.ERROR_500, every=3)),
        "rest-503": ("each third request finds no service", _of(Effect.ERROR_503, every=3)),
        "rest-401": ("one request is refused as after a change of the token", _of(Effect.ERROR_401, nth=2)),
        "rest-lost": (
            "the answer of every creation is lost after it took effect",
            _of(Effect.LOSE_ANSWER, "Create*", delay=1),
        ),
        "rest-lost-all": (
            "each second answer is lost after it took effect",
            _of(Effect.LOSE_ANSWER, every=2, delay=1),
        ),
        "rest-slow": ("every request takes 9 s", _of(Effect.SLOW, delay=9)),
        "rest-queued": ("new calls start 30 s late", _of(Effect.QUEUED, "Create*", delay=30)),
        "rest-gone": (
            "the call is no longer in progress",
            _of(Effect.ERROR_21220, "UpdateCall", probability=0.5),
        ),
        "rest-left": (
            "the participant has just left",
            _of(Effect.ERROR_20404, "UpdateParticipant", probability=0.5),
        ),
        "callback-first": ("the first callback overtakes the answer", _of(Effect.CALLBACK_FIRST, "Create*")),
    },
)
PEOPLE = _table(
    "people",
    {
        "caller-leaves": ("callers hang up at some webhook", _of(Effect.HANG_UP_BEFORE, probability=0.1)),
        "caller-leaves-after": (
            "callers hang up after some webhook",
            _of(Effect.HANG_UP_AFTER, probability=0.1),
        ),
        "agent-drops": (
            "agents drop off in a room",
            _of(Effect.HANG_UP_AFTER, ROOM, probability=0.2, who="agent"),
        ),
        "agent-rejects": (
            "agents refuse as soon as it rings",
            _of(Effect.HANG_UP_AFTER, STATUS, event="ringing", probability=0.5, who="agent"),
        ),
        "caller-leaves-on-update": (
            "callers hang up as they are moved",
            _of(Effect.HANG_UP_BEFORE, "UpdateCall", probability=0.5),
        ),
        "caller-leaves-on-dial": (
            "callers hang up as an agent is dialled",
            _of(Effect.HANG_UP_AFTER, "CreateParticipant", probability=0.5),
        ),
    },
)
RECORDINGS = _table(
    "recording",
    {
        "recording-absent": ("nothing was recorded", _of(Effect.RECORDING_ABSENT)),
        "recording-empty": ("recordings are of no length", _of(Effect.RECORDING_EMPTY)),
        "media-late": ("the first three fetches of media fail", _of(Effect.MEDIA_LATE, times=3)),
        "recording-twice": (
            "every recording callback comes twice",
            _of(Effect.DUPLICATE, RECORDING, delay=1),
        ),
        "recording-order": ("completed comes before in-progress", _of(Effect.TERMINAL_FIRST, RECORDING)),
        "pause-fails": ("a pause is refused", _of(Effect.ERROR_500, "Update*Recording", every=2)),
    },
)
FAMILIES: Mapping[str, Family] = {
    family.name: family for family in [*LINE, *SHAPE, *ATTACK, *REST, *PEOPLE, *RECORDINGS]
}


def put_in_force(faults: Faults, name: str) -> list[FaultRule]:
    """Add the rules of a family; raises KeyError for a name that is none."""
    return [faults.add(rule) for rule in FAMILIES[name].rules()]


def may_strike(family: str, entries: Iterable[Entry]) -> bool:
    """Whether this family can change anything in a run whose journal without faults is this one: until a fault strikes
    for the first time both are the same. (For chance and every nth it may come to nothing all the same.)"""
    found = list(entries)
    return any(_could_hit(rule, entry) for rule in FAMILIES[family].rules() for entry in found)


def _could_hit(rule: FaultRule, entry: Entry) -> bool:
    if entry.kind is EntryKind.WEBHOOK and rule.effect in WEBHOOK_EFFECTS:
        is_event = rule.event is None or entry.title.endswith(f" {rule.event}")
        return is_event and fnmatchcase(str(entry.detail["kind"]), rule.kind)
    if entry.kind is EntryKind.REST and rule.effect in REST_EFFECTS:
        return fnmatchcase(str(entry.detail["operation"]), rule.kind)
    return rule.effect in RECORDING_EFFECTS and entry.title.startswith("recording ")


def hang_up_points(entries: Iterable[Entry], who: str = "caller") -> list[FaultRule]:
    """Every moment of a clean run at which somebody could have hung up: before and after each webhook and each
    REST request of its journal, as long as anybody of these (`faults.WHO`) is on the line or rung. Run the scenario
    again under each rule alone."""
    count: dict[str, int] = {}
    there: set[str | None] = set()
    found: list[FaultRule] = []
    for entry in entries:
        if entry.kind is EntryKind.CALL:
            if entry.title == "created" and _is_one_of(who, entry):
                there.add(entry.call_sid)
            elif entry.title in FINAL:
                there.discard(entry.call_sid)
            continue
        if entry.kind is EntryKind.WEBHOOK:
            kind = str(entry.detail["kind"])
        elif entry.kind is EntryKind.REST:
            kind = str(entry.detail["operation"])
        else:
            continue
        count[kind] = count.get(kind, 0) + 1
        if there:
            moments = (Effect.HANG_UP_BEFORE, Effect.HANG_UP_AFTER)
            found.extend(FaultRule(effect, kind, nth=count[kind], who=who) for effect in moments)
    return found


def _is_one_of(who: str, created: Entry) -> bool:
    if created.detail["direction"] == "inbound":
        return who == "caller"
    return (who == "agent") is str(created.detail["to"]).startswith("client:") and who != "caller"
