"""Renders what a call should do as TwiML. Every document is valid, deterministic and has absolute URLs only.

The host passes `url(path, **query)`; paths here are relative to the voice webhooks. One document per
moment of the call: asking, parking, waiting, moving into the room, ending. Source: Twilio's TwiML pages.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Protocol, assert_never

from app.channels.voice.locales import VOICE_LOCALES
from app.channels.voice.markup import document, element, text
from app.channels.voice.reach import KEY_SECONDS
from app.selfservice.turns import Close, Collect, Enqueue, Prompt, Request, Search, Turn, Way

# Paths of the voice webhooks that documents point to.
GATHER_PATH = "gather"  # a caller's reply; query: node, v
WAIT_PATH = "wait"  # the waiting room asks for its next document
QUEUE_LEFT_PATH = "queue-left"  # Enqueue action: why the caller left the queue
AFTER_QUEUE_PATH = "after-queue"  # second safety behind Enqueue
AFTER_CONFERENCE_PATH = "after-conference"  # Dial action of whoever leaves the room
CONFERENCE_PATH = "conference"  # conference status callbacks
HOLD_PATH = "hold"  # what a held customer hears
WAIT_KEY_PATH = "wait-key"  # a key of a waiting caller
SURVEY_PATH = "survey"  # the key after the question; query: n, how often it was asked
VOICEMAIL_PATH = "voicemail-done"  # Record action
ANSWERED_PATH = "answered"  # a customer we rang has answered; query: leg
AGENT_ANSWERED_PATH = "agent-answered"  # an agent's telephone has been answered; query: leg
AGENT_KEY_PATH = "agent-key"  # the key after the announcement; query: leg

PARKING_QUEUE = "switchboard"  # one queue at the carrier; who is next is decided by our own router
MAX_PARKED = 1000  # calls; Twilio's default, and its answer beyond it is queue-full
MAX_IN_ROOM = 10  # participants, Twilio's default
MAX_MESSAGE_SECONDS = 120  # of a voicemail
SURVEY_SECONDS = 6  # for a key after the question
ASK_AGAIN_SECONDS = (
    1  # while a web service is asked: so often the caller's phone asks whether it has answered
)
SLOW_RATE = "75%"  # of the usual speed (https://www.twilio.com/docs/voice/twiml/say/text-speech#prosody)
MAX_SAID = 3000  # characters of one <Say>
CUSTOMER_LABEL = "customer"
# The first participant fixes these for the whole conference, so every join passes the same full set.
CONFERENCE_EVENTS = "start end join leave mute hold modify"


class UrlFor(Protocol):
    """Builds the absolute, public URL of a voice webhook."""

    def __call__(self, path: str, **query: str) -> str:
        """The URL of `path` with `query` added to what identifies the contact."""


def turn_document(turn: Turn, *, url: UrlFor, before_queue: Iterable[Prompt] = ()) -> str:
    """What to do after a turn of self-service: ask, wait for a web service, park in the queue, record a message, or say
    goodbye.

    `before_queue` is said last to a caller who is about to wait.
    The reply's URL carries the node and the number of the step (`v`), so that a late or repeated reply can be
    told. Raises ValueError for a turn that still wants its FAQ search run.
    """
    action = turn.action
    match action:
        case Collect():
            return _collect_document(action, url, node=turn.state.node, v=str(turn.state.steps))
        case Request():
            again = Collect(action.prompts, action.locale, modes=("dtmf",), timeout_seconds=ASK_AGAIN_SECONDS)
            return _collect_document(again, url, node=turn.state.node, v=str(turn.state.steps))
        case Enqueue(way=Way.CALLBACK):
            return goodbye_document(action.prompts)
        case Enqueue(way=Way.VOICEMAIL):
            # the document behind it records, or parks a caller for whom nothing is recorded after all
            return document(_say(action.prompts) + _redirect(url(AFTER_QUEUE_PATH)))
        case Enqueue():
            return park_document((*action.prompts, *before_queue), url=url)
        case Close():
            return goodbye_document(action.prompts)
        case Search():
            raise ValueError("a search has no document: run it and resume the flow with its SearchResult")
        case _:
            assert_never(action)


def park_document(prompts: Iterable[Prompt] = (), *, url: UrlFor) -> str:
    """Speak, then wait in the parking queue."""
    parked = element(
        "Enqueue",
        text(PARKING_QUEUE),
        action=url(QUEUE_LEFT_PATH),
        waitUrl=url(WAIT_PATH),
        maxQueueSize=MAX_PARKED,
    )
    return document(_say(prompts) + parked + _redirect(url(AFTER_QUEUE_PATH)))


def wait_document(prompts: Sequence[Prompt], music_url: str, *, key_url: str | None = None) -> str:
    """One round of the waiting room: news if any, then music. The carrier asks again when it ends. With `key_url` a
    key pressed meanwhile is told there.

    Valid in the enqueue-wait context.
    """
    heard = _say(prompts) + _play(music_url)
    if key_url is None:
        return document(heard)
    return document(element("Gather", heard, action=key_url, input="dtmf", numDigits=1, timeout=1))


def detour_document(music_url: str, *, url: UrlFor) -> str:
    """The carrier's queue is full or broken: music outside it, then another try."""
    return document(_play(music_url) + _redirect(url(AFTER_QUEUE_PATH)))


def hold_document(music_url: str, *, url: UrlFor) -> str:
    """What a held customer hears: music that starts over, since a hold document is not repeated by itself.

    Valid in the conference-wait context."""
    return document(_play(music_url) + _redirect(url(HOLD_PATH)))


def customer_room_document(room: str, *, url: UrlFor, prompts: Iterable[Prompt] = ()) -> str:
    """Speak, then move the customer into the conference `room`, which ends when the customer leaves."""
    conference = element(
        "Conference",
        text(room),
        participantLabel=CUSTOMER_LABEL,
        startConferenceOnEnter=True,
        endConferenceOnExit=True,
        beep="false",
        waitUrl="",
        maxParticipants=MAX_IN_ROOM,
        statusCallback=url(CONFERENCE_PATH),
        statusCallbackEvent=CONFERENCE_EVENTS,
    )
    return document(_say(prompts) + element("Dial", conference, action=url(AFTER_CONFERENCE_PATH)))


def key_document(prompts: Iterable[Prompt], *, url: str) -> str:
    """Say to an agent at a telephone what the call is about and tell the key pressed to `url`, silence too."""
    gather = element(
        "Gather",
        _say(prompts),
        action=url,
        actionOnEmptyResult=True,
        input="dtmf",
        numDigits=1,
        timeout=KEY_SECONDS,
    )
    return document(gather + element("Hangup"))


def agent_room_document(room: str, *, label: str, is_muted: bool, url: UrlFor) -> str:
    """Move an agent at a telephone into the conference `room`; it goes on when they leave."""
    conference = element(
        "Conference",
        text(room),
        participantLabel=label,
        startConferenceOnEnter=True,
        endConferenceOnExit=False,
        muted=True if is_muted else None,
        beep="false",
        waitUrl="",
        maxParticipants=MAX_IN_ROOM,
        statusCallback=url(CONFERENCE_PATH),
        statusCallbackEvent=CONFERENCE_EVENTS,
    )
    return document(element("Dial", conference) + element("Hangup"))


def voicemail_document(
    prompts: Iterable[Prompt], otherwise: Iterable[Prompt], *, url: UrlFor, report_url: str
) -> str:
    """Speak, then record a message after the tone; `otherwise` is said to who says nothing. Silence alone may send no
    action, so the verbs behind it run; the report of the recording comes to `report_url`, before or after the action.

    Source: https://www.twilio.com/docs/voice/twiml/record."""
    record = element(
        "Record",
        action=url(VOICEMAIL_PATH),
        maxLength=MAX_MESSAGE_SECONDS,
        timeout=5,
        finishOnKey="#",
        playBeep=True,
        trim="do-not-trim",
        recordingStatusCallback=report_url,
        recordingStatusCallbackEvent="completed absent",
    )
    return document(_say(prompts) + record + _say(otherwise) + element("Hangup"))


def survey_document(prompts: Iterable[Prompt], *, url: str) -> str:
    """Ask for one key and tell it to `url`, silence too."""
    gather = element(
        "Gather",
        _say(prompts),
        action=url,
        actionOnEmptyResult=True,
        input="dtmf",
        numDigits=1,
        timeout=SURVEY_SECONDS,
    )
    return document(gather + element("Hangup"))


def leave_document() -> str:
    """Out of the carrier's queue: its action asks what comes next. Valid in the enqueue-wait context only."""
    return document(element("Leave"))


def goodbye_document(prompts: Iterable[Prompt]) -> str:
    """Speak to the end and hang up: after the call, out of hours, blocked, an apology."""
    return document(_say(prompts) + element("Hangup"))


def empty_document() -> str:
    """Nothing to do: our own command is already moving the call."""
    return document("")


def _collect_document(action: Collect, url: UrlFor, **query: str) -> str:
    locale = VOICE_LOCALES[action.locale]
    speech = "speech" in action.modes
    heard_out = 1 + max((i for i, p in enumerate(action.prompts) if not p.interruptible), default=-1)
    address = url(GATHER_PATH, **query)
    gather = element(
        "Gather",
        _say(action.prompts[heard_out:]),
        action=address,
        actionOnEmptyResult=True,
        input=" ".join(action.modes),
        numDigits=action.num_digits,
        timeout=action.timeout_seconds,
        speechTimeout="auto" if speech else None,
        language=locale.gather_language if speech else None,
        speechModel=locale.speech_model if speech else None,
        hints=_clean(",".join(action.hints)) or None if speech else None,
    )
    return document(_say(action.prompts[:heard_out]) + gather + _redirect(address))


def _say(prompts: Iterable[Prompt]) -> str:
    said = []
    for prompt in prompts:
        if prompt.sound is not None:
            said.append(_play(prompt.sound))
            continue
        words = _clean(prompt.text)
        if words:
            locale = VOICE_LOCALES[prompt.locale]
            spoken = element("prosody", text(words), rate=SLOW_RATE) if prompt.slow else text(words)
            said.append(element("Say", spoken, language=locale.say_language, voice=locale.voice))
    return "".join(said)


def _play(address: str) -> str:
    return element("Play", text(address))


def _redirect(address: str) -> str:
    return element("Redirect", text(address))


def _clean(said: str) -> str:
    """Text that XML 1.0 can hold and a voice can read: no control, surrogate or unassigned characters."""
    if said.isprintable():
        return said.strip()[:MAX_SAID]
    kept = "".join(c if unicodedata.category(c) not in {"Cc", "Cs", "Cn", "Co"} else " " for c in said)
    return " ".join(kept.split())[:MAX_SAID]
