"""A browser whose microphone gives a known tone, and measuring what its page plays: for the real SDK's calls."""

import contextlib
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Browser, Page, async_playwright

from simulator.gateway import Gateway, create_gateway_app, make_key_pair
from simulator.gateway.tones import amplitude
from tests.support.centre import Centre, free_port, running_centre, served
from tests.support.chromium import CHROMIUM_ARGS, find_or_install_chromium

VOICE_HZ = 1_000  # what the agents' microphone hears
VOICE_RATE = 48_000
PULSE_S = 0.12  # browsers take an unbroken tone for noise and filter it out, so it comes in pulses
WINDOW_SAMPLES = 4_000  # half a second at a telephone's rate

SDK_ARGS = [
    *CHROMIUM_ARGS,
    "--ignore-certificate-errors",  # the gateway's certificate is its own
    "--allow-loopback-in-peer-connection",  # a machine may have no other network
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]

# The page's peer connections are kept where the test finds them; nothing else of them changes.
WATCH = """
window.__lines = [];
const Real = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Real {
  constructor(...words) { super(...words); window.__lines.push(this); }
};
"""
# What the newest line brought in the last 170 ms: [samples a second, samples from -1 to 1].
LISTEN = """
() => {
  const line = window.__lines.findLast((l) => l.connectionState === "connected");
  const track = line?.getReceivers()[0]?.track;
  if (!track) return [1, []];
  if (window.__ear?.track !== track) {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 8192 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    window.__ear = { track, context, analyser };
  }
  const samples = new Float32Array(8192);
  window.__ear.analyser.getFloatTimeDomainData(samples);
  return [window.__ear.context.sampleRate, Array.from(samples)];
}
"""


@dataclass
class VoiceCentre:
    """The product whose browsers speak the real SDK to a gateway in front of the simulator."""

    centre: Centre
    gateway: Gateway

    def voice_at(self, call_sid: str) -> float:
        """How strongly the person at a simulated call heard the agent's microphone in the last half second."""
        return amplitude(self.gateway.mixer.heard(call_sid)[-WINDOW_SAMPLES:], VOICE_HZ)


@contextlib.asynccontextmanager
async def voice_centre(dsn: str, folder: Path, **gateway_options: Any) -> AsyncIterator[VoiceCentre]:
    """The product with the back end `twilio`, the gateway in place of Twilio's edges; real time, because sound is.

    Times in which something must have happened are long: a busy machine needs them."""
    port = free_port()
    settings: dict[str, Any] = {
        "softphone": "twilio",
        "softphone_url": None,
        "softphone_gateway": f"127.0.0.1:{port}",
        "accepting_timeout_seconds": 60,
        "agent_grace_seconds": 60,
    }
    async with running_centre(dsn, speed=1.0, **settings) as centre:
        keys = make_key_pair()
        gateway = Gateway(centre.simulator, keys, **gateway_options)
        async with served(create_gateway_app(gateway), port, tls=keys.write(folder)):
            yield VoiceCentre(centre, gateway)


@contextlib.asynccontextmanager
async def speaking_browser(folder: Path) -> AsyncIterator[Browser]:
    """A Chromium whose microphone gives `VOICE_HZ` in pulses."""
    voice = folder / "voice.wav"
    write_voice(voice)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_or_install_chromium(),
            args=[*SDK_ARGS, f"--use-file-for-fake-audio-capture={voice}"],
        )
        yield browser
        await browser.close()


def write_voice(path: Path) -> None:
    """Two seconds of pulses."""
    at = np.arange(2 * VOICE_RATE) / VOICE_RATE
    sounds = (at % (2 * PULSE_S)) < PULSE_S
    samples = (16_000 * np.sin(2 * np.pi * VOICE_HZ * at) * sounds).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(VOICE_RATE)
        file.writeframes(samples.tobytes())


async def tone_at(page: Page, hertz: float) -> float:
    """How strong a pitch is in what the page's call brings right now; 1 is the loudest there can be."""
    rate, samples = await page.evaluate(LISTEN)
    return amplitude(samples, hertz, rate)
