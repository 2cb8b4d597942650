"""Say, Play, Pause: what the person hears, and how long it takes."""

from xml.etree.ElementTree import Element

from simulator.execution import Execution, Step
from simulator.journal import EntryKind
from simulator.speaking import seconds_to_say

SHORTEST_SOUND = 0.05  # s
DEFAULT_LANGUAGE = "en-US"


async def say(run: Execution, element: Element) -> Step:
    """Speak; `loop` repeats, 0 = until interrupted."""
    run.answer()
    text = " ".join("".join(element.itertext()).split())
    language = element.get("language") or _voice_language(element.get("voice", "")) or DEFAULT_LANGUAGE
    await _repeat(run, text, language, seconds_to_say(text), int(element.get("loop", "1")))
    return None


async def play(run: Execution, element: Element) -> Step:
    """Play audio, which is fetched once to learn whether it exists and how long it is; or send keys."""
    run.answer()
    digits = element.get("digits")
    if digits is not None:
        run.time_passes()
        await run.race(run.sim.send_keys(run.call, digits))
        return None
    url = run.resolve((element.text or "").strip())
    length = await run.race(run.sim.sender.play_length(url))
    if length is None:
        run.sim.journal.add(
            EntryKind.ERROR, "12400 audio cannot be fetched, Play skipped", run.call.sid, url=url
        )
        return None
    name = url.rpartition("/")[2].partition("?")[0]
    await _repeat(run, f"♪ {name}", None, length, int(element.get("loop", "1")))
    return None


async def pause(run: Execution, element: Element) -> Step:
    """Silence for `length` seconds; does not answer a ringing call."""
    await run.wait(float(element.get("length", "1")))
    return None


async def _repeat(run: Execution, text: str, language: str | None, seconds: float, loop: int) -> None:
    count, token = 0, -1
    try:
        while loop == 0 or count < loop:
            token = run.sim.hear(run.call, text, language, interruptible=run.interruptible)
            await run.wait(max(seconds, SHORTEST_SOUND))
            count += 1
    finally:
        # Runs late when cancelled: something else may already be heard.
        run.sim.hush(run.call, token)


def _voice_language(voice: str) -> str | None:
    """`Google.cmn-TW-Wavenet-A` speaks cmn-TW."""
    parts = voice.partition(".")[2].split("-")
    return "-".join(parts[:2]) if len(parts) >= 2 and parts[0].islower() else None
