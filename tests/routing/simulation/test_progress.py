"""The bar of long runs: on a terminal it is drawn and taken away; elsewhere a line now and then; else nothing."""

import io

from app.commands.progress import Progress
from app.routing.simulation.loading import read
from app.routing.simulation.simulate import simulate
from tests.routing.simulation.scenes import kind, poisson, pool, scene


class Screen(io.StringIO):
    def __init__(self, on_terminal: bool) -> None:
        super().__init__()
        self._on_terminal = on_terminal

    def isatty(self) -> bool:
        return self._on_terminal


def shown(on_terminal: bool, seconds: float) -> str:
    """What a run of so many seconds writes, told of its progress 100 times."""
    screen, now = Screen(on_terminal), [0.0]
    progress = Progress(screen, lambda: now[0])
    for n in range(101):
        now[0] = seconds * n / 100
        progress(n / 100)
    progress.clear()
    return screen.getvalue()


def test_bar_is_drawn_on_a_terminal_and_taken_away() -> None:
    text = shown(on_terminal=True, seconds=20)
    assert "[###############...............]  50% after 10 s, about 10 s left" in text
    assert text.endswith("\r\x1b[K")
    assert "\n" not in text


def test_long_run_writes_a_line_every_ten_seconds_where_there_is_no_terminal() -> None:
    assert shown(on_terminal=False, seconds=40).splitlines() == [
        " 25% after 10 s, about 30 s left",
        " 50% after 20 s, about 20 s left",
        " 75% after 30 s, about 10 s left",
        "100% after 40 s, about 0 s left",
    ]


def test_short_run_shows_nothing() -> None:
    assert shown(on_terminal=True, seconds=0.4) == shown(on_terminal=False, seconds=9) == ""


def test_simulation_tells_its_progress_from_nothing_to_all_and_can_be_ended() -> None:
    shares: list[float] = []
    raw = scene(kind(arrivals=poisson(600)), pools=[pool(agents=20)], contacts=6_000, replications=2)
    simulate(read(raw), progress=shares.append)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len(shares) >= 6
