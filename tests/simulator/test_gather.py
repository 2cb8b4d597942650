"""Gather by the rules of Twilio's documentation: keys, speech, timeouts, empty results."""

import pytest

from simulator import Simulator
from simulator.phones import PhoneCall
from tests.simulator.conftest import CALLER, NUMBER
from tests.simulator.product import Product

MENU = '<Say language="cmn-TW">請按一</Say>'


async def ring(
    sim: Simulator, product: Product, gather: str, prompt: str = MENU, after: str = ""
) -> PhoneCall:
    """A caller in front of a Gather with these attributes."""
    product.script["/voice"] = f'<Gather action="/key" {gather}>{prompt}</Gather>{after}'
    product.script["/key"] = "<Say>thanks</Say>"
    call = await sim.phone(CALLER).call(NUMBER)
    await call.collecting()
    return call


async def test_first_webhook_looks_like_the_recorded_ones(sim: Simulator, product: Product) -> None:
    await ring(sim, product, 'numDigits="1"')
    (fields,) = product.of("/voice")
    assert (fields["CallStatus"], fields["Direction"], fields["From"]) == ("ringing", "inbound", CALLER)
    assert (fields["FromCountry"], fields["FromCity"], fields["CalledZip"]) == ("TW", "", "")


async def test_withheld_number_is_shown_as_twilio_does(sim: Simulator, product: Product) -> None:
    product.script["/voice"] = "<Hangup/>"
    call = await sim.phone(None).call(NUMBER)
    await call.ended()
    assert product.of("/voice")[0]["From"] == "+266696687"


async def test_key_interrupts_the_prompt_and_num_digits_ends_at_once(
    sim: Simulator, product: Product
) -> None:
    call = await ring(sim, product, 'numDigits="1"', prompt=f"<Say>{'long ' * 500}</Say>")
    before = sim.clock.now()
    call.press("3")
    await call.hears("thanks")
    assert sim.clock.now() - before < 2
    assert product.of("/key")[0]["Digits"] == "3"


async def test_finish_key_is_not_part_of_the_digits(sim: Simulator, product: Product) -> None:
    call = await ring(sim, product, 'finishOnKey="#"')
    call.press("123#45")
    await call.hears("thanks")
    assert product.of("/key")[0]["Digits"] == "123"


async def test_timeout_counts_after_the_prompt_and_after_each_key(sim: Simulator, product: Product) -> None:
    call = await ring(sim, product, 'timeout="4"', prompt='<Pause length="10"/>')
    await sim.advance(12)
    call.press("1")
    await sim.advance(3)
    call.press("2")
    await sim.advance(3)
    assert product.of("/key") == []
    await sim.advance(2)
    assert product.of("/key")[0]["Digits"] == "12"


async def test_empty_result_falls_to_the_next_verb(sim: Simulator, product: Product) -> None:
    call = await ring(sim, product, 'timeout="2"', after="<Say>nobody there</Say>")
    await call.hears("nobody there")
    assert product.of("/key") == []


@pytest.mark.parametrize("keys", ["", "#"])
async def test_empty_result_goes_to_the_action_when_asked(
    sim: Simulator, product: Product, keys: str
) -> None:
    call = await ring(sim, product, 'timeout="2" actionOnEmptyResult="true"', after="<Say>never</Say>")
    if keys:
        call.press(keys)
    await call.hears("thanks")
    assert "Digits" not in product.of("/key")[0]


async def test_speech_gives_text_confidence_and_language(sim: Simulator, product: Product) -> None:
    gather = 'input="dtmf speech" speechTimeout="auto" language="cmn-Hant-TW"'
    call = await ring(sim, product, gather)
    call.say("我要退款", 0.87)
    await call.hears("thanks")
    fields = product.of("/key")[0]
    assert (fields["SpeechResult"], fields["Confidence"]) == ("我要退款", "0.87")
    assert fields["Language"] == "cmn-Hant-TW"


async def test_confidence_may_be_missing(sim: Simulator, product: Product) -> None:
    call = await ring(sim, product, 'input="speech" speechTimeout="auto"')
    call.say("hello", None)
    await call.hears("thanks")
    assert "Confidence" not in product.of("/key")[0]


async def test_key_beats_speech(sim: Simulator, product: Product) -> None:
    call = await ring(sim, product, 'input="dtmf speech" numDigits="1" speechTimeout="auto"')
    call.say("a rather long sentence")
    await sim.advance(0.3)
    call.press("2")
    await call.hears("thanks")
    assert product.of("/key")[0]["Digits"] == "2"
    assert "SpeechResult" not in product.of("/key")[0]


async def test_keys_before_the_gather_are_lost(sim: Simulator, product: Product) -> None:
    call = await ring(sim, product, 'timeout="2"', after="")
    product.script["/voice"] = '<Say>legal notice</Say><Gather action="/key" timeout="2"/><Say>empty</Say>'
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("legal notice")
    call.press("1")
    await call.hears("empty")
    assert product.of("/key") == []


async def test_default_action_is_the_current_document(sim: Simulator, product: Product) -> None:
    def voice(fields: dict[str, str]) -> str:
        return f"<Say>got {fields['Digits']}</Say>" if "Digits" in fields else '<Gather numDigits="1"/>'

    product.script["/voice"] = voice
    call = await sim.phone(CALLER).call(NUMBER)
    await call.collecting()
    call.press("7")
    await call.hears("got 7")


async def test_say_takes_a_quarter_second_for_each_chinese_character(
    sim: Simulator, product: Product
) -> None:
    product.script["/voice"] = f"<Say>{'請' * 40}</Say><Say>done</Say>"
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("請")
    before = sim.clock.now()
    await call.hears("done")
    assert sim.clock.now() - before == pytest.approx(10.0)
