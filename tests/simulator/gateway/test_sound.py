"""Sound of the gateway: mu-law, packets, descriptions, and who hears whom in samples."""

import struct

import numpy as np
import pytest

from simulator import Simulator
from simulator.gateway.line import PACKET_BYTES, RECORD_HEADER, datagrams
from simulator.gateway.mixer import Mixer
from simulator.gateway.rtp import FRAME_SAMPLES, HEADER, Writer, decode, encode, is_rtp, samples_of
from simulator.gateway.sdp import BadDescriptionError, read_answer, write_offer
from simulator.gateway.tones import amplitude, tone
from simulator.sounds import AMPLITUDE, pitch
from tests.simulator.conftest import CALLER, NUMBER
from tests.simulator.product import Product

FINGERPRINT = ":".join(["AB"] * 32)
ANSWER = f"""v=0\r
m=audio 9 UDP/TLS/RTP/SAVPF 0 101\r
a=ice-ufrag:abcd\r
a=ice-pwd:0123456789012345678901\r
a=fingerprint:sha-256 {FINGERPRINT.lower()}\r
a=setup:active\r
"""


@pytest.mark.parametrize(
    ("code", "sample"), [(0xFF, 0), (0x7F, 0), (0x80, 32_124), (0x00, -32_124), (0xF0, 120), (0x8F, 16_764)]
)
def test_mu_law_is_that_of_the_standard(code: int, sample: int) -> None:
    assert decode(bytes([code])).tolist() == [sample]


def test_every_sample_of_the_code_survives_and_others_become_the_nearest() -> None:
    every = decode(bytes(range(256)))
    assert decode(encode(every)).tolist() == every.tolist()
    samples = np.arange(-32_768, 32_768, 7).astype(np.int16)
    off = np.abs(decode(encode(samples)).astype(int) - samples)
    assert off.max() <= 644  # half of the widest step, and what lies beyond the loudest code


def test_packets_are_numbered_and_read_again() -> None:
    writer = Writer(ssrc=7, sequence=0xFFFF, timestamp=5)
    samples = tone("CA1", 3)
    first, second = writer.packet(samples), writer.packet(samples)
    assert [HEADER.unpack_from(p)[2:] for p in (first, second)] == [(0xFFFF, 5, 7), (0, 165, 7)]
    found = samples_of(first)
    assert found is not None
    assert amplitude(found, pitch("CA1")) > 0.9 * amplitude(samples, pitch("CA1"))


def test_header_extensions_and_padding_are_not_taken_for_sound() -> None:
    packet = Writer(ssrc=1).packet(tone("CA1", 0))
    extension = struct.pack("!HHI", 0xBEDE, 1, 0)
    longer = bytes([packet[0] | 0x30]) + packet[1:12] + extension + packet[12:] + bytes([0, 0, 3])
    found, plain = samples_of(longer), samples_of(packet)
    assert found is not None
    assert plain is not None
    assert found.tolist() == plain.tolist()
    keys = bytes([packet[0], 101]) + packet[2:]
    assert samples_of(keys) is None


def test_only_sound_is_taken_for_sound() -> None:
    packet = Writer(ssrc=1).packet(tone("CA1", 0))
    report = bytes([0x80, 200]) + packet[2:]
    stun = bytes([0, 1]) + packet[2:]
    assert [is_rtp(data) for data in (packet, report, stun, b"")] == [True, False, False, False]


def test_records_are_put_into_datagrams_whole() -> None:
    def record(length: int) -> bytes:
        return bytes(RECORD_HEADER - 2) + length.to_bytes(2) + bytes(length)

    found = datagrams(record(500) + record(500) + record(700) + record(PACKET_BYTES))
    assert [len(d) for d in found] == [1_026, 713, PACKET_BYTES + RECORD_HEADER]


def test_an_answer_is_read_and_what_it_lacks_is_named() -> None:
    found = read_answer(ANSWER)
    assert (found.username, found.fingerprint, found.setup) == ("abcd", FINGERPRINT, "active")
    for line in ANSWER.splitlines(keepends=True)[1:]:
        name = line.split(":")[0].split(" ")[0].strip()
        with pytest.raises(BadDescriptionError, match=name):
            read_answer(ANSWER.replace(line, ""))


def test_an_offer_names_candidates_keys_and_the_codec() -> None:
    offer = write_offer(username="u", password="p", fingerprint="F", candidates=["1 2 3"], ssrc=9)
    lines = offer.splitlines()
    for line in ("m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=candidate:1 2 3", "a=ice-ufrag:u", "a=setup:actpass"):
        assert line in lines


def test_a_tone_goes_on_from_frame_to_frame_without_a_click() -> None:
    sound = np.concatenate([tone("CA1", number) for number in range(50)])
    assert amplitude(sound, pitch("CA1")) > 0.99 * AMPLITUDE
    assert amplitude(sound, pitch("CA1") + 100) < 0.01 * AMPLITUDE
    assert amplitude([], 440) == 0.0


async def test_sound_goes_where_the_network_says_it_is_heard(sim: Simulator, product: Product) -> None:
    product.script["/voice"] = '<Dial><Conference beep="false" waitUrl="">room</Conference></Dial>'
    customer, other = await sim.phone(CALLER).call(NUMBER), await sim.phone("+886933000111").call(NUMBER)
    for call in (customer, other):
        await call.in_conference()
    mixer = Mixer(sim)
    mixer.join(other.sid)  # as if a browser were there
    spoken = tone("voice", 0)
    mixer.spoken(other.sid, spoken)
    assert mixer.heard(customer.sid).tolist() == spoken.tolist()
    assert amplitude(mixer.frame_for(other.sid, 0), pitch(customer.sid)) > 0.5 * AMPLITUDE

    sim.conferences.change(customer.call.participant, hold=True)  # type: ignore[arg-type]
    mixer.forget(customer.sid)
    mixer.spoken(other.sid, spoken)
    assert len(mixer.heard(customer.sid)) == 0
    assert not mixer.frame_for(other.sid, 1).any()
    assert len(mixer.frame_for(other.sid, 1)) == FRAME_SAMPLES


async def test_two_browsers_hear_each_other_and_one_that_is_ahead_loses_the_oldest(
    sim: Simulator, product: Product
) -> None:
    product.script["/voice"] = '<Dial><Conference beep="false" waitUrl="">room</Conference></Dial>'
    one, two = await sim.phone(CALLER).call(NUMBER), await sim.phone("+886933000111").call(NUMBER)
    for call in (one, two):
        await call.in_conference()
    mixer = Mixer(sim)
    mixer.join(one.sid)
    mixer.join(two.sid)
    for number in range(40):
        mixer.spoken(one.sid, np.full(FRAME_SAMPLES, number, np.int16))
    assert mixer.frame_for(two.sid, 0)[0] == 30
    assert not mixer.frame_for(one.sid, 0).any()
    mixer.leave(one.sid)
    assert mixer.heard(one.sid).tolist() == []
