"""The network as a whole: it can be replayed, stepped, run fast in real time, and started as a process."""

import asyncio
import contextlib
import json
import socket
import sys
from pathlib import Path

import httpx
import pytest

from simulator import Knobs, RealClock, Simulator, SteppedClock
from tests.simulator.conftest import ACCOUNT, API_KEY, CALLER, NUMBER, SECRET, make_config
from tests.simulator.product import TOKEN, Product
from tests.support.waiting import eventually

WAITING = {
    "/voice": '<Enqueue waitUrl="/wait" action="/left">q</Enqueue>',
    "/wait": "<Say>wait</Say>",
    "/left": "",
}


async def scenario(product: Product, seed: int) -> list[tuple[str, str | None, float]]:
    """A caller who waits ten seconds and hangs up; gives the journal."""
    sim = Simulator(make_config(), SteppedClock(), product.transport, seed=seed)
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("wait")
    await sim.advance(10)
    call.hangup()
    await call.ended()
    await sim.advance(5)
    await sim.close()
    return [(entry.title, entry.call_sid, entry.t) for entry in sim.journal]


async def test_same_seed_gives_the_same_run(product: Product) -> None:
    product.script |= WAITING
    first = await scenario(product, 5)
    assert first == await scenario(product, 5)
    assert first != await scenario(product, 6)


async def test_runs_fast_on_a_real_clock(product: Product) -> None:
    product.script |= WAITING
    sim = Simulator(make_config(), RealClock(speed=100), product.transport)
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("wait")
    call.hangup()
    assert await call.ended() == "completed"
    await sim.close()


async def test_missing_fact_is_explained_with_the_journal(product: Product) -> None:
    product.script |= {"/voice": "<Say>hello</Say>"}
    sim = Simulator(make_config(), SteppedClock(), product.transport, seed=1)
    call = await sim.phone(CALLER).call(NUMBER)
    with pytest.raises(AssertionError, match=r"hears 'goodbye'(.|\n)*hears CA.* hello"):
        await call.hears("goodbye", timeout=20)
    await sim.close()


async def test_live_call_is_a_violation_until_it_ends(product: Product) -> None:
    product.script |= WAITING
    sim = Simulator(make_config(), SteppedClock(), product.transport, seed=1)
    call = await sim.phone(CALLER).call(NUMBER)
    await call.queued()
    assert {v.oracle for v in sim.oracles()} == {"O1"}
    call.hangup()
    await call.ended()
    assert sim.oracles() == []
    await sim.close()


async def test_keys_typed_ahead_can_be_kept(product: Product) -> None:
    product.script |= {
        "/voice": '<Say>notice</Say><Gather action="/key" numDigits="1"/>',
        "/key": "<Say>got it</Say>",
    }
    sim = Simulator(make_config(Knobs(drop_early_keys=False)), SteppedClock(), product.transport, seed=1)
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("notice")
    call.press("4")
    await call.hears("got it")
    assert product.of("/key")[0]["Digits"] == "4"
    await sim.close()


async def test_journal_is_also_written_as_lines(product: Product, tmp_path: Path) -> None:
    product.script |= {"/voice": "<Say>您好</Say>"}
    file = tmp_path / "journal.jsonl"
    sim = Simulator(make_config(), SteppedClock(), product.transport, seed=1, journal_path=file)
    call = await sim.phone(CALLER).call(NUMBER)
    await call.ended()
    await sim.close()
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line["n"] for line in lines] == list(range(1, len(lines) + 1))
    assert "您好" in {line["title"] for line in lines}


@pytest.mark.process
async def test_starts_as_a_process_and_names_a_wrong_field(tmp_path: Path) -> None:
    config = tmp_path / "sim.json"
    data = {
        "account_sid": ACCOUNT,
        "auth_token": TOKEN,
        "api_key_sid": API_KEY,
        "api_key_secret": SECRET,
        "numbers": [{"number": NUMBER, "label": "main", "voice_url": "http://127.0.0.1:9/voice"}],
    }
    config.write_text(json.dumps(data), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "simulator", "--config", str(config), "--port", port]
    process = await asyncio.create_subprocess_exec(*command)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:

            async def answers() -> bool:
                with contextlib.suppress(httpx.ConnectError):
                    return bool((await client.get("/healthz")).json() == {"status": "ok"})
                return False

            await eventually(answers, 30, "the simulator to answer")
    finally:
        process.terminate()
        await process.wait()
    config.write_text(json.dumps(data | {"numbers": []}), encoding="utf-8")
    broken = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, errors = await broken.communicate()
    assert broken.returncode == 2
    assert b"numbers: needs at least one number" in errors
