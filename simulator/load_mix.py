"""How callers of a busy hour behave, by name. Each draws its own times; durations are virtual seconds."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.scripts import Step

MEAN_PATIENCE = 180.0  # s a caller waits for a person; people differ, so it is drawn (exponential)
LEAST_PATIENCE = 15.0
MEAN_TALK = 240.0  # s of conversation, drawn (log-normal shape: few very long ones)
TALK_SPREAD = 0.6
SENTENCES = ("我想查訂單", "我要退款", "帳單不對", "I would like a refund", "請幫我改地址", "什麼時候到貨")


@dataclass(frozen=True, slots=True)
class Behaving:
    """A kind of caller. `steps` makes one."""

    says: str
    steps: Callable[[random.Random], tuple[Step, ...]]


def patience(rng: random.Random) -> float:
    """How long this caller waits for a person."""
    return max(LEAST_PATIENCE, rng.expovariate(1 / MEAN_PATIENCE))


def talk(rng: random.Random) -> tuple[Step, ...]:
    """A conversation: a sentence now and then, and the end."""
    length = MEAN_TALK * rng.lognormvariate(-(TALK_SPREAD**2) / 2, TALK_SPREAD)
    parts = max(1, min(6, round(length / 45)))
    said = [(Step("say", rng.choice(SENTENCES)), Step("wait", length / parts)) for _ in range(parts)]
    return (*(step for pair in said for step in pair), Step("hangup"))


def _patient(rng: random.Random) -> tuple[Step, ...]:
    waits = 4 * patience(rng) + 60
    return (
        Step("asked"),
        Step("wait", rng.uniform(1, 4)),
        Step("press", "0"),
        Step("met", within=waits),
        *talk(rng),
    )


def _impatient(rng: random.Random) -> tuple[Step, ...]:
    return (Step("asked"), Step("press", "0"), Step("met", within=patience(rng)), *talk(rng))


def _speaks(rng: random.Random) -> tuple[Step, ...]:
    waits = patience(rng) + 120
    return (Step("asked"), Step("say", rng.choice(SENTENCES)), Step("met", within=waits), *talk(rng))


def _self_service(rng: random.Random) -> tuple[Step, ...]:
    return (
        Step("asked"),
        Step("press", "3"),
        Step("asked"),
        Step("say", "退款什麼時候會入帳"),
        Step("asked", within=90),
        Step("press", "1"),
        Step("wait", rng.uniform(5, 20)),
        Step("hangup"),
    )


def _wrong_keys(rng: random.Random) -> tuple[Step, ...]:
    keys = [(Step("asked"), Step("press", rng.choice("4567890*#")), Step("wait", 3.0)) for _ in range(3)]
    return (*(step for group in keys for step in group), Step("met", within=patience(rng)), *talk(rng))


def _silent(rng: random.Random) -> tuple[Step, ...]:
    return (Step("wait", rng.uniform(20, 60)), Step("hangup"))


def _hangs_up_in_menu(rng: random.Random) -> tuple[Step, ...]:
    return (Step("asked"), Step("wait", rng.uniform(0.5, 8)), Step("hangup"))


def _hangs_up_while_ringing(rng: random.Random) -> tuple[Step, ...]:
    return (Step("wait", rng.uniform(0.0, 1.0)), Step("hangup"))


def _callback(rng: random.Random) -> tuple[Step, ...]:
    """Waits a while in the queue, then presses 1 and follows what is asked."""
    return (
        Step("asked"),
        Step("press", "0"),
        Step("wait", rng.uniform(30, 60)),
        Step("press", "1"),
        Step("wait", 8.0),
        Step("press", "1"),
        Step("wait", 30.0),
        Step("hangup"),
    )


def _voicemail(rng: random.Random) -> tuple[Step, ...]:
    return (
        Step("asked"),
        Step("press", "0"),
        Step("wait", rng.uniform(20, 40)),
        Step("press", "2"),
        Step("wait", 12.0),
        Step("say", rng.choice(SENTENCES)),
        Step("wait", 2.0),
        Step("hangup"),
    )


BEHAVIOURS: Mapping[str, Behaving] = {
    "patient": Behaving("asks for a person and waits long", _patient),
    "impatient": Behaving("asks for a person and gives up when it takes too long", _impatient),
    "speaks": Behaving("says what it is about instead of pressing keys", _speaks),
    "self-service": Behaving("asks the machine, is content, hangs up", _self_service),
    "wrong-keys": Behaving("presses keys that mean nothing", _wrong_keys),
    "silent": Behaving("says and presses nothing", _silent),
    "leaves-in-menu": Behaving("hangs up during the menu", _hangs_up_in_menu),
    "leaves-while-ringing": Behaving("hangs up before anybody answers", _hangs_up_while_ringing),
    "callback": Behaving("takes a callback while waiting", _callback),
    "voicemail": Behaving("leaves a message while waiting", _voicemail),
}
MIX: Mapping[str, float] = {
    "patient": 34,
    "impatient": 26,
    "speaks": 8,
    "self-service": 12,
    "wrong-keys": 4,
    "silent": 3,
    "leaves-in-menu": 5,
    "leaves-while-ringing": 2,
    "callback": 4,
    "voicemail": 2,
}
