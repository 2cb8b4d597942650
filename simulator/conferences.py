"""Conferences: who sits in which room, who hears whom, and the callbacks of every change.

The first participant fixes callbacks and size of a conference; later values are ignored (Twilio's page
twiml/conference). A name belongs to one live conference at a time; after its end it opens a new one.
"""

import asyncio
from typing import TYPE_CHECKING

from simulator.calls import Call
from simulator.journal import EntryKind
from simulator.room_sound import RoomSound
from simulator.rooms import (
    EVENT_GROUPS,
    Conference,
    JoinOptions,
    JoinRefusedError,
    Participant,
    leave_fields,
    participant_fields,
)
from simulator.webhook_fields import rfc2822
from simulator.webhooks import Webhook

if TYPE_CHECKING:
    from simulator.network import Simulator


class Conferences:
    """All conferences of the account."""

    def __init__(self, sim: "Simulator") -> None:
        self._sim = sim
        self.by_sid: dict[str, Conference] = {}
        self.sound = RoomSound(sim, self._event)

    def named(self, name: str) -> Conference | None:
        """The live conference of that name."""
        return next((c for c in self.by_sid.values() if c.name == name and c.ended is None), None)

    def open(self, name: str) -> Conference:
        """The live conference of that name, made when there is none."""
        conference = self.named(name)
        if conference is None:
            now = self._sim.clock.now()
            conference = Conference(self._sim.sids.make("CF"), name, now, now)
            self.by_sid[conference.sid] = conference
            self._note(conference, "created")
        return conference

    def reserve(self, call: Call, conference: Conference, options: JoinOptions) -> Participant:
        """Give the call a place; raises JoinRefusedError when label, size or coached call forbid it."""
        if not conference.fixed:
            conference.fixed = True
            conference.callback = options.callback
            conference.max_participants = options.max_participants
            conference.record = options.record
            conference.record_trim = options.record_trim
            conference.record_callback = options.record_callback
        if options.label and conference.find(options.label):
            raise JoinRefusedError(16025, f"the label {options.label!r} is already in this conference")
        if len(conference.participants) >= conference.max_participants:
            raise JoinRefusedError(13223, "the conference is full")
        if options.coaching and options.coach_sid not in conference.participants:
            raise JoinRefusedError(13240, "CallSidToCoach is not in this conference")
        now = self._sim.clock.now()
        participant = Participant(
            call=call,
            conference=conference,
            label=options.label,
            muted=options.muted,
            starts=options.starts,
            ends=options.ends,
            coaching=options.coaching,
            coach_sid=options.coach_sid,
            options=options,
            created=now,
            updated=now,
            left=asyncio.get_running_loop().create_future(),
        )
        conference.participants[call.sid] = participant
        call.participant = participant
        return participant

    def enter(self, participant: Participant) -> None:
        """The call is in: join event, start when enough are there, music for who waits."""
        conference = participant.conference
        participant.joined = True
        participant.updated = conference.updated = self._sim.clock.now()
        self._event(conference, "participant-join", participant)
        present = conference.present
        enough = len(present) >= self._sim.config.knobs.conference_starts_with
        if not conference.started and enough and any(p.starts for p in present):
            conference.started = True
            self._event(conference, "conference-start")
            self._record(conference)
            for other in present:
                if not other.hold:
                    self.sound.stop(other)
        elif not conference.started:
            self.sound.wait(participant)
        self.sound.beep(participant, entering=True)
        self._changed(conference)

    def _record(self, conference: Conference) -> None:
        if conference.record:
            self._sim.recordings.begin(
                conference, "Conference", conference.record_callback, channels=1, trim=conference.record_trim
            )

    def leave(self, participant: Participant, reason: str, *, gone: bool, kicked: bool = False) -> None:
        """The call is out. `gone`: the call itself ends. Ends the conference when that is due."""
        conference = participant.conference
        if conference.participants.pop(participant.call.sid, None) is None:
            return
        was_in = participant.joined
        participant.joined = False
        participant.call.participant = None
        self.sound.stop(participant)
        if was_in:
            self.sound.beep(participant, entering=False)
        if was_in or self._sim.config.knobs.failed_leg_event:
            self._event(conference, "participant-leave", participant, leave_fields(participant, reason, gone))
        if not participant.left.done():
            participant.left.set_result(reason)
        for other in conference.participants.values():
            if other.coach_sid == participant.call.sid:
                self._note(conference, "the coached call left", other)
        self._end_if_due(conference, participant, was_in=was_in, kicked=kicked)
        self._changed(conference)
        self._sim.audio_changed(participant.call)

    def _end_if_due(
        self, conference: Conference, participant: Participant, *, was_in: bool, kicked: bool
    ) -> None:
        if conference.ended is not None:
            return
        how = "kicked" if kicked else "left"
        if was_in and participant.ends and conference.participants:
            self.end(conference, f"participant-with-end-conference-on-exit-{how}", participant)
        elif not conference.participants:
            self.end(
                conference,
                f"last-participant-{how}",
                participant,
                silent=not was_in and conference.sequence <= 1,
            )

    def end(
        self, conference: Conference, reason: str, by: Participant | None = None, *, silent: bool = False
    ) -> None:
        """Everybody out, then conference-end. `silent` when nobody ever was in."""
        if conference.ended is not None:
            return
        conference.ended = conference.updated = self._sim.clock.now()
        conference.reason_ended = reason
        conference.ended_by = by.call.sid if by else None
        left = (
            "conference_ended_via_api"
            if reason == "conference-ended-via-api"
            else "moderator_ended_conference"
        )
        for other in list(conference.participants.values()):
            joined = other.joined
            self.leave(other, left, gone=False)
            if not joined:
                self._sim.hang_up(other.call, by="network")
        self._sim.recordings.finish_all(conference)
        fields = {"ReasonConferenceEnded": reason, "Reason": _in_words(reason, by)}
        if by:
            fields["CallSidEndingConference"] = by.call.sid
            if by.label:
                fields["ParticipantLabelEndingConference"] = by.label
        if not silent:
            self._event(conference, "conference-end", None, fields)
        self._note(conference, "ended", reason=reason)

    def change(
        self,
        participant: Participant,
        *,
        muted: bool | None = None,
        hold: bool | None = None,
        hold_url: str | None = None,
        hold_method: str = "GET",
        ends: bool | None = None,
        coaching: bool | None = None,
        coach_sid: str | None = None,
    ) -> None:
        """Change flags; raises JoinRefusedError for a coached call that is not there."""
        conference = participant.conference
        if coaching and (coach_sid or participant.coach_sid) not in conference.participants:
            raise JoinRefusedError(13240, "CallSidToCoach is not in this conference")
        participant.updated = conference.updated = self._sim.clock.now()
        if muted is not None and muted != participant.muted:
            participant.muted = muted
            self._event(conference, "participant-mute" if muted else "participant-unmute", participant)
        if hold is not None and (hold != participant.hold or (hold and hold_url)):
            self._hold(participant, hold, hold_url, hold_method)
        if self._modify(participant, ends, coaching, coach_sid):
            self._event(conference, "participant-modify", participant)
        self._changed(conference)

    def _modify(
        self, participant: Participant, ends: bool | None, coaching: bool | None, coach_sid: str | None
    ) -> bool:
        before = (participant.ends, participant.coaching, participant.coach_sid)
        if ends is not None:
            participant.ends = ends
        if coaching is not None:
            participant.coaching = coaching
            if not coaching:
                participant.coach_sid = None
        if coach_sid is not None:
            participant.coach_sid = coach_sid
        return before != (participant.ends, participant.coaching, participant.coach_sid)

    def _hold(self, participant: Participant, hold: bool, url: str | None, method: str) -> None:
        self.sound.stop(participant)
        if hold != participant.hold:
            participant.hold = hold
            event = "participant-hold" if hold else "participant-unhold"
            self._event(participant.conference, event, participant)
        if hold:
            self.sound.hold(participant, url, method)
        elif not participant.conference.started:
            self.sound.wait(participant)
        self._sim.notify(participant.call, "hold", on=hold)

    def _changed(self, conference: Conference) -> None:
        present = conference.present
        self._sim.hearing.room(conference)
        for participant in present:
            labels = [p.label or p.call.from_ for p in present if p is not participant]
            self._sim.notify(participant.call, "peers", labels=labels)
            self._sim.audio_changed(participant.call)
        self._sim.journal.recheck()

    def _event(
        self,
        conference: Conference,
        event: str,
        participant: Participant | None = None,
        extra: dict[str, str] | None = None,
    ) -> None:
        conference.sequence += 1
        call_sid = participant.call.sid if participant else None
        self._note(conference, event, participant, **(extra or {}))
        callback = conference.callback
        if callback is None or EVENT_GROUPS[event] not in callback.events:
            return
        fields = {
            "AccountSid": self._sim.config.account_sid,
            "ConferenceSid": conference.sid,
            "FriendlyName": conference.name,
            "SequenceNumber": str(conference.sequence),
            "StatusCallbackEvent": event,
            "Timestamp": rfc2822(self._sim.clock.now()),
        }
        if participant:
            fields |= participant_fields(participant)
        fields |= extra or {}
        self._sim.sender.post(
            Webhook(
                "voice.conference_status", callback.url, fields, callback.method, call_sid, conference.sid
            )
        )

    def _note(
        self, conference: Conference, title: str, participant: Participant | None = None, **detail: str
    ) -> None:
        self._sim.journal.add(
            EntryKind.CONFERENCE,
            title,
            participant.call.sid if participant else None,
            conference_sid=conference.sid,
            name=conference.name,
            label=participant.label if participant else None,
            **(_flags(participant) if participant else {}),
            **detail,
        )


def _flags(participant: Participant) -> dict[str, bool | str | None]:
    return {
        "muted": participant.muted,
        "hold": participant.hold,
        "coaching": participant.coaching,
        "coach_sid": participant.coach_sid,
    }


def _in_words(reason: str, by: Participant | None) -> str:
    if reason.startswith("participant-with-end") and by:
        return f"Participant {by.call.sid} with endConferenceOnExit left the conference"
    return "Conference ended via API" if by is None else "Last participant left the conference"
