"""How long agents' phones ring, and that the deadlines fit it."""

from datetime import timedelta

import pytest

from app.channels.voice import reach
from app.channels.voice.reach import Reach
from app.core.settings import Settings
from app.selfservice.locales import Locale
from tests.channels.voice.line import Line, line_settings


def settings(seconds: int) -> Settings:
    """With so long to join after the yes."""
    return line_settings().model_copy(update={"accepting_timeout_seconds": seconds})


@pytest.mark.parametrize("seconds", [3, 12, 60])
def test_a_browser_phone_stops_ringing_before_the_yes_runs_out(seconds: int) -> None:
    rings = reach.browser_ring_seconds(settings(seconds))
    assert 0 < rings < seconds
    assert rings >= seconds - reach.JOINING_SECONDS


def test_a_telephone_has_time_to_ring_to_be_answered_and_to_join() -> None:
    at_phone = reach.time_to_join(Reach("+886912000133", True, Locale.EN), settings(12))
    assert at_phone >= timedelta(seconds=reach.PHONE_RING_SECONDS + reach.KEY_SECONDS)
    assert reach.time_to_join(Reach(None, False, Locale.EN), settings(12)) == timedelta(seconds=12)


async def test_the_carrier_is_told_so(line: Line) -> None:
    await line.connecting()
    await line.run_commands()
    timeout = int(line.carrier.of("create")[0].fields["Timeout"])
    assert timeout == reach.browser_ring_seconds(line_settings())
    assert timeout < line_settings().accepting_timeout_seconds
