"""Say, Play, Pause: what the person hears, and how long it takes."""

from xml.etree.ElementTree import Element

from simulator.execution import Execution, Step
from simulator.journal import EntryKind

SECONDS_PER_CJK_CHARACTER = 0.25
SECONDS_PER_OTHER_CHARACTER = 0.06
SECONDS_PER_DIGIT = 0.2
SHORTEST_SOUND = 0.05  # s
DEFAULT_LANGUAGE = "en-US"
CJK_RANGES = (
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7AF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


def seconds_to_say(text: str) -> float:
    """Length of spoken text, seconds."""
    cjk = sum(any(low <= ord(char) <= high for low, high in CJK_RANGES) for char in text)
    return cjk * SECONDS_PER_CJK_CHARACTER + (len(text) - cjk) * SECONDS_PER_OTHER_CHARACTER


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
        await run.wait(len(digits) * SECONDS_PER_DIGIT)
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
