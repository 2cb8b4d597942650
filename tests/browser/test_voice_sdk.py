"""The browser SDK that production uses takes calls on the console, and sound goes both ways: measured, not believed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from simulator.calls import Call, CallStatus
from simulator.phones import PhoneCall
from simulator.sounds import pitch
from tests.support.pages import Console, open_console
from tests.support.voice import WATCH, VoiceCentre, speaking_browser, tone_at, voice_centre
from tests.support.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

SOUND_S = 60.0  # for sound to come or to stop on a busy machine
LOUD = 500.0  # of 32,767: the pulses of the microphone's tone, averaged over half a second
QUIET = 100.0
PLAYED = 0.05  # of 1: a simulated person's tone is 0.27
SILENT = 0.01


@pytest.fixture
async def voice(demo_dsn: str, tmp_path: Path) -> AsyncIterator[VoiceCentre]:
    async with voice_centre(demo_dsn, tmp_path) as running:
        yield running


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    async with speaking_browser(tmp_path) as running:
        yield running


async def at_work(voice: VoiceCentre, browser: Browser, login: str = "mei") -> Console:
    console = await open_console(browser, voice.centre, login, init_script=WATCH)
    await console.start_shift()
    return console


async def talking(voice: VoiceCentre, console: Console) -> tuple[PhoneCall, Call]:
    """A customer who talks to the agent, and the agent's own call."""
    customer: PhoneCall = await voice.centre.call()
    await customer.hears("請按")
    customer.press("0")
    await console.page.get_by_test_id("offer-accept").click(timeout=60_000)
    bar = console.page.get_by_test_id("call-bar")
    await expect(bar).to_have_attribute("data-state", "talking", timeout=60_000)
    calls = voice.centre.simulator.calls.values()
    (leg,) = [c for c in calls if c.is_client and c.status is CallStatus.IN_PROGRESS]
    return customer, leg


async def closing_is_asked_about(page: Page) -> None:
    """The browser asks before it closes a page that is in a call; the agent stays."""
    async with page.expect_event("dialog", timeout=60_000) as asked:
        await page.close(run_before_unload=True)
    dialog = await asked.value
    assert dialog.type == "beforeunload"
    await dialog.dismiss()


async def both_end(customer: PhoneCall, leg: Call) -> None:
    async def ended() -> bool:
        return not customer.call.live and not leg.live

    await eventually(ended, SOUND_S, "both calls end")


async def customer_hears_agent(voice: VoiceCentre, call_sid: str, expected: bool) -> None:
    async def so() -> bool:
        heard = voice.voice_at(call_sid)
        return heard > LOUD if expected else heard < QUIET

    await eventually(so, SOUND_S, f"{call_sid} hears the agent: {expected}, now {voice.voice_at(call_sid)}")


async def customer_hears_nothing(voice: VoiceCentre, call_sid: str, leg_sid: str) -> None:
    """While the agent's microphone gives another half second, none of it reaches the customer."""
    mixer = voice.gateway.mixer
    mixer.forget(call_sid)
    until = mixer.spoken_frames[leg_sid] + 25

    async def spoken() -> bool:
        return mixer.spoken_frames[leg_sid] >= until

    await eventually(spoken, SOUND_S, "the agent's microphone goes on")
    assert call_sid not in mixer.heard_frames


async def agent_hears(console: Console, speaker: str, expected: bool) -> None:
    async def so() -> bool:
        played = await tone_at(console.page, pitch(speaker))
        return played > PLAYED if expected else played < SILENT

    await eventually(so, SOUND_S, f"the agent hears {speaker}: {expected}")


async def test_customer_and_agent_hear_each_other_until_muted_held_and_hung_up(
    voice: VoiceCentre, browser: Browser
) -> None:
    mei = await at_work(voice, browser)
    customer, leg = await talking(voice, mei)
    await customer_hears_agent(voice, customer.sid, True)
    await agent_hears(mei, customer.sid, True)

    await mei.page.get_by_test_id("call-mute").click()
    await customer_hears_agent(voice, customer.sid, False)
    await agent_hears(mei, customer.sid, True)
    await mei.page.get_by_test_id("call-unmute").click()
    await customer_hears_agent(voice, customer.sid, True)

    await mei.page.get_by_test_id("call-hold").click()
    await agent_hears(mei, customer.sid, False)
    await customer_hears_nothing(voice, customer.sid, leg.sid)
    await mei.page.get_by_test_id("call-resume").click()
    await agent_hears(mei, customer.sid, True)

    await closing_is_asked_about(mei.page)
    await mei.hang_up()
    await expect(mei.page.get_by_test_id("wrap-up")).to_be_visible(timeout=60_000)
    await both_end(customer, leg)
    assert voice.centre.simulator.oracles() == []


def tokens_shown(voice: VoiceCentre) -> list[str]:
    return [e.detail["identity"] for e in voice.centre.simulator.journal if e.title == "token shown"]


async def test_a_token_is_replaced_before_it_ends_and_the_phone_rings_on(
    demo_dsn: str, tmp_path: Path, browser: Browser
) -> None:
    # the SDK is told that its first token lives two seconds longer than the minute before the end at which it asks
    async with voice_centre(demo_dsn, tmp_path, first_token_seconds=62) as voice:
        mei = await at_work(voice, browser)

        async def replaced() -> bool:
            return len(tokens_shown(voice)) >= 2

        await eventually(replaced, SOUND_S, "a second token")
        first, second, *_ = tokens_shown(voice)
        assert first == second
        customer, _ = await talking(voice, mei)
        await agent_hears(mei, customer.sid, True)


async def test_a_call_outlives_the_loss_of_the_signalling_socket(
    voice: VoiceCentre, browser: Browser
) -> None:
    mei = await at_work(voice, browser)
    customer, leg = await talking(voice, mei)
    await agent_hears(mei, customer.sid, True)
    (phone,) = voice.gateway.phones
    await phone.drop()

    async def back() -> bool:
        return any(e.title == "taken up again" for e in voice.centre.simulator.journal.of(leg.sid))

    await eventually(back, SOUND_S, "the browser comes back for its call")
    voice.gateway.mixer.forget(customer.sid)
    await customer_hears_agent(voice, customer.sid, True)
    await agent_hears(mei, customer.sid, True)
    await mei.hang_up()
    await both_end(customer, leg)
