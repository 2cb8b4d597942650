"""Renders what a call should do as TwiML. Every document is valid, deterministic and has absolute URLs only.

The host passes `url(path, **query)`; paths here are relative to the voice webhooks. One document per
moment of the call: asking, parking, waiting, moving into the room, ending. Source: Twilio's TwiML pages.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Protocol, assert_never

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from app.channels.voice.locales import VOICE_LOCALES
from app.selfservice.turns import Close, Collect, Enqueue, Prompt, Search, Turn

# Paths of the voice webhooks that documents point to.
GATHER_PATH = "gather"  # a caller's reply; query: node, v
WAIT_PATH = "wait"  # the waiting room asks for its next document
QUEUE_LEFT_PATH = "queue-left"  # Enqueue action: why the caller left the queue
AFTER_QUEUE_PATH = "after-queue"  # second safety behind Enqueue
AFTER_CONFERENCE_PATH = "after-conference"  # Dial action of whoever leaves the room
CONFERENCE_PATH = "conference"  # conference status callbacks
HOLD_PATH = "hold"  # what a held customer hears

PARKING_QUEUE = "switchboard"  # one queue at the carrier; who is next is decided by our own router
MAX_PARKED = 1000  # calls; Twilio's default, and its answer beyond it is queue-full
MAX_IN_ROOM = 10  # participants, Twilio's default
MAX_SAID = 3000  # characters of one <Say>
CUSTOMER_LABEL = "customer"
# The first participant fixes these for the whole conference, so every join passes the same full set.
CONFERENCE_EVENTS = "start end join leave mute hold modify"


class UrlFor(Protocol):
    """Builds the absolute, public URL of a voice webhook."""

    def __call__(self, path: str, **query: str) -> str:
        """The URL of `path` with `query` added to what identifies the contact."""


def turn_document(turn: Turn, *, url: UrlFor) -> str:
    """What to do after a turn of self-service: ask, park in the queue, or say goodbye.

    The reply's URL carries the node and the number of the step (`v`), so that a late or repeated reply can be
    told. Raises ValueError for a turn that still wants its FAQ search run.
    """
    action = turn.action
    match action:
        case Collect():
            return _collect_document(action, url, node=turn.state.node, v=str(turn.state.steps))
        case Enqueue():
            return park_document(action.prompts, url=url)
        case Close():
            return goodbye_document(action.prompts)
        case Search():
            raise ValueError("a search has no document: run it and resume the flow with its SearchResult")
        case _:
            assert_never(action)


def park_document(prompts: Iterable[Prompt] = (), *, url: UrlFor) -> str:
    """Speak, then wait in the parking queue."""
    response = VoiceResponse()
    _say(response, prompts)
    response.enqueue(
        PARKING_QUEUE,
        action=url(QUEUE_LEFT_PATH),
        wait_url=url(WAIT_PATH),
        max_queue_size=MAX_PARKED,
    )
    response.redirect(url(AFTER_QUEUE_PATH))
    return _xml(response)


def wait_document(prompts: Sequence[Prompt], music_url: str) -> str:
    """One round of the waiting room: news if any, then music. The carrier asks again when it ends.

    Valid in the enqueue-wait context.
    """
    response = VoiceResponse()
    _say(response, prompts)
    response.play(music_url)
    return _xml(response)


def detour_document(music_url: str, *, url: UrlFor) -> str:
    """The carrier's queue is full or broken: music outside it, then another try."""
    response = VoiceResponse()
    response.play(music_url)
    response.redirect(url(AFTER_QUEUE_PATH))
    return _xml(response)


def hold_document(music_url: str, *, url: UrlFor) -> str:
    """What a held customer hears: music that starts over, since a hold document is not repeated by itself.

    Valid in the conference-wait context."""
    response = VoiceResponse()
    response.play(music_url)
    response.redirect(url(HOLD_PATH))
    return _xml(response)


def customer_room_document(room: str, *, url: UrlFor) -> str:
    """Move the customer into the conference `room`; the room ends when the customer leaves."""
    response = VoiceResponse()
    dial = Dial(action=url(AFTER_CONFERENCE_PATH))
    dial.conference(
        room,
        participant_label=CUSTOMER_LABEL,
        start_conference_on_enter=True,
        end_conference_on_exit=True,
        beep="false",
        wait_url="",
        max_participants=MAX_IN_ROOM,
        status_callback=url(CONFERENCE_PATH),
        status_callback_event=CONFERENCE_EVENTS,
    )
    response.append(dial)
    return _xml(response)


def goodbye_document(prompts: Iterable[Prompt]) -> str:
    """Speak to the end and hang up: after the call, out of hours, blocked, an apology."""
    response = VoiceResponse()
    _say(response, prompts)
    response.hangup()
    return _xml(response)


def empty_document() -> str:
    """Nothing to do: our own command is already moving the call."""
    return _xml(VoiceResponse())


def _collect_document(action: Collect, url: UrlFor, **query: str) -> str:
    locale = VOICE_LOCALES[action.locale]
    speech = "speech" in action.modes
    response = VoiceResponse()
    gather = Gather(
        input=" ".join(action.modes),
        action=url(GATHER_PATH, **query),
        action_on_empty_result=True,
        num_digits=action.num_digits,
        timeout=action.timeout_seconds,
        speech_timeout="auto" if speech else None,
        language=locale.gather_language if speech else None,
        speech_model=locale.speech_model if speech else None,
        hints=_clean(",".join(action.hints)) or None if speech else None,
    )
    heard_out = 1 + max((i for i, p in enumerate(action.prompts) if not p.interruptible), default=-1)
    _say(response, action.prompts[:heard_out])
    _say(gather, action.prompts[heard_out:])
    response.append(gather)
    response.redirect(url(GATHER_PATH, **query))
    return _xml(response)


def _say(target: VoiceResponse | Gather, prompts: Iterable[Prompt]) -> None:
    for prompt in prompts:
        text = _clean(prompt.text)
        if text:
            locale = VOICE_LOCALES[prompt.locale]
            target.say(text, language=locale.say_language, voice=locale.voice)


def _clean(text: str) -> str:
    """Text that XML 1.0 can hold and a voice can read: no control, surrogate or unassigned characters."""
    if text.isprintable():
        return text.strip()[:MAX_SAID]
    kept = "".join(c if unicodedata.category(c) not in {"Cc", "Cs", "Cn", "Co"} else " " for c in text)
    return " ".join(kept.split())[:MAX_SAID]


def _xml(response: VoiceResponse) -> str:
    return str(response)
