"""Each fault a few times, on every run of the tests; `make faults` has them many times from a new seed."""

from collections.abc import Iterator

import pytest

from tests.faults.scenarios import SCENARIOS, run
from tests.faults.server import Server

pytestmark = pytest.mark.process

SEED = 20261122


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A durable server that may be killed."""
    with Server(slack=20.0) as server:
        yield server


@pytest.mark.parametrize("name", SCENARIOS)
async def test_nothing_is_lost_or_doubled_when(name: str, server: Server) -> None:
    rounds = SCENARIOS[name].rounds
    report = await run(name, server, seed=SEED, rounds=rounds)
    assert report.wrong == []
    assert report.faults == rounds
    assert report.contacts > 0
