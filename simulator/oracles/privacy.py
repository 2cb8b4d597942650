"""O4: what a customer may hear. O5: what may be recorded."""

from collections.abc import Sequence

from simulator.hearing import BEGINS, Timeline
from simulator.journal import Entry, EntryKind
from simulator.oracles.facts import calls_of
from simulator.oracles.violation import Violation
from simulator.sounds import PROMPT

# Labels of parties a customer hears only after a command let them be heard (barge, three-way, transfer).
GUARDED = ("coach", "consult", "supervisor", "monitor")
COMMAND_WINDOW = 2.0  # virtual s between such a command and the moment it takes effect
TOUCH = 0.05  # s two sounds may touch at the edges of a pause


def overheard(entries: Sequence[Entry]) -> list[Violation]:
    """O4: a customer begins to hear a coach, or somebody consulted, without a command that says so."""
    calls = calls_of(entries)
    coaching: set[str] = set()
    allowed_at = float("-inf")
    found: list[Violation] = []
    for entry in entries:
        if entry.kind is EntryKind.REST and entry.title == "UpdateParticipant 200":
            allowed_at = entry.t
        elif entry.kind is EntryKind.CONFERENCE and entry.call_sid and "coaching" in entry.detail:
            (coaching.add if entry.detail["coaching"] else coaching.discard)(entry.call_sid)
        elif entry.kind is EntryKind.AUDIO and entry.title == BEGINS:
            listener, speaker = (calls.get(entry.detail[who]) for who in ("listener", "speaker"))
            if listener is None or speaker is None or not listener.is_customer:
                continue
            if speaker.sid in coaching:
                found.append(Violation("O4", "the customer hears a coach", listener.sid, entry.t))
            elif any(label.startswith(GUARDED) for label in speaker.labels) and not speaker.is_customer:
                ordered = entry.t - allowed_at <= COMMAND_WINDOW or _ordered_later(entries, entry)
                if not ordered:
                    who = min(speaker.labels)
                    message = f"the customer hears {who} without a command"
                    found.append(Violation("O4", message, listener.sid, entry.t))
    return found


def _ordered_later(entries: Sequence[Entry], begun: Entry) -> bool:
    """A command is journalled when it is answered, just after it took effect."""
    following = (e for e in entries if e.n > begun.n and e.t <= begun.t + COMMAND_WINDOW)
    return any(e.kind is EntryKind.REST and e.title == "UpdateParticipant 200" for e in following)


def recorded(entries: Sequence[Entry]) -> list[Violation]:
    """O5: something on a recording that was said in a pause, or that its party did not hear."""
    timeline = Timeline(entries)
    found: list[Violation] = []
    for entry in entries:
        content = entry.detail.get("content")
        if entry.title != "recording completed" or not content:
            continue
        for piece in content:
            at, until = piece["at"], piece["at"] + piece["until"] - piece["since"]
            for begin, end in entry.detail["pauses"]:
                if at < end - TOUCH and until > begin + TOUCH:
                    message = f"{piece['text']!r} was recorded in a pause"
                    found.append(Violation("O5", message, entry.call_sid, at))
            said_to = entry.call_sid if piece["track"] == 1 and piece["source"] != PROMPT else None
            if said_to and not timeline.hears(said_to, piece["source"], at):
                message = f"{piece['text']!r} was recorded, but {said_to} did not hear it"
                found.append(Violation("O5", message, entry.call_sid, at))
    return found
