"""Outbound legs: dialling, ringing, and how the person at the other end decides."""

import asyncio
from typing import TYPE_CHECKING

from simulator.calls import Call, CallStatus, Decision, HangUp, Interrupted, first_of
from simulator.endpoints import Behaviour, Policy

if TYPE_CHECKING:
    from simulator.network import Simulator

RING_BUFFER_SECONDS = 5.0  # s Twilio adds to the Timeout of a call
DIAL_SECONDS = 0.3  # s between dialling and ringing
FINAL_STATUS = {"busy": CallStatus.BUSY, "no-answer": CallStatus.NO_ANSWER, "failed": CallStatus.FAILED}
DECISIONS = {
    Policy.ANSWER: "answered",
    Policy.VOICEMAIL: "answered",
    Policy.BUSY: "busy",
    Policy.REJECT: "rejected",
}
UNALLOCATED_SIP_CODE = 404
SIP_CODES = {
    CallStatus.BUSY: 486,
    CallStatus.NO_ANSWER: 487,
    CallStatus.FAILED: 480,
    CallStatus.CANCELED: 487,
}


async def dial(sim: "Simulator", call: Call, timeout: float) -> bool:
    """Ring the leg's endpoint for `timeout` + 5 s; True when answered, else the leg is finished already."""
    try:
        await call.race(sim.clock.sleep(call.queue_time))
        sim.progress(call, "initiated")
        call.started = sim.clock.now()
        await call.race(sim.clock.sleep(DIAL_SECONDS))
        behaviour = sim.endpoints.rung(call.address)
        call.decision = asyncio.get_running_loop().create_future()
        if behaviour.policy is Policy.OFFLINE:
            return _refuse(sim, call, FINAL_STATUS[sim.config.knobs.offline_status])
        if behaviour.policy is Policy.UNALLOCATED:
            return _refuse(sim, call, CallStatus.FAILED, UNALLOCATED_SIP_CODE)
        sim.ringing(call)
        _script(sim, call, behaviour)
        answered = first_of(lambda: _decided(call), lambda: sim.clock.sleep(timeout + RING_BUFFER_SECONDS))
        if await call.race(answered) == 1:
            sim.notify(call, "canceled")
            return _refuse(sim, call, CallStatus.NO_ANSWER)
        return _settle(sim, call, call.decision.result())
    except Interrupted as stop:
        by = stop.signal.by if isinstance(stop.signal, HangUp) else "api"
        call.ended_by = by
        sim.notify(call, "canceled")
        return _refuse(sim, call, CallStatus.CANCELED)


async def _decided(call: Call) -> None:
    assert call.decision is not None  # noqa: S101 - set before ringing
    await asyncio.shield(call.decision)


def _settle(sim: "Simulator", call: Call, decision: Decision) -> bool:
    match decision.kind:
        case "answered":
            sim.answered(call)
            return True
        case "rejected":
            return _refuse(sim, call, FINAL_STATUS[sim.config.knobs.reject_status], decision.sip_code)
        case "busy":
            return _refuse(sim, call, CallStatus.BUSY, decision.sip_code)
        case _:
            return _refuse(sim, call, CallStatus.FAILED, decision.sip_code)


def _refuse(sim: "Simulator", call: Call, status: CallStatus, sip_code: int | None = None) -> bool:
    call.sip_code = sip_code or SIP_CODES.get(status)
    sim.finish(call, status)
    return False


def _script(sim: "Simulator", call: Call, behaviour: Behaviour) -> None:
    call.script = behaviour.steps
    if behaviour.policy in DECISIONS:

        def act() -> None:
            sim.decide(call, DECISIONS[behaviour.policy])

        sim.clock.call_later(behaviour.after, act)
