"""What a conference plays: waiting and hold documents, announcements, the beep, the ringing of a leg."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.calls import CallStatus
from simulator.rooms import Conference, Participant

if TYPE_CHECKING:
    from simulator.network import Simulator

TWILIO_MUSIC = "♪"
BEEP = "(beep)"
RINGING = "(ringing)"
Report = Callable[[Conference, str, Participant, dict[str, str]], None]


class RoomSound:
    """Music and announcements; `report` sends the conference event of an announcement's end."""

    def __init__(self, sim: "Simulator", report: Report) -> None:
        self._sim = sim
        self._report = report

    def wait(self, participant: Participant) -> None:
        """The participant waits for the start: its waitUrl, once ("" = silence, None = Twilio's music)."""
        options = participant.options
        self._start(participant, options.wait_url, options.wait_method, "voice.conference_wait")

    def hold(self, participant: Participant, url: str | None, method: str) -> None:
        """The participant is on hold and hears `url`, else Twilio's music."""
        self._start(participant, url, method, "voice.conference_hold")

    def _start(self, participant: Participant, url: str | None, method: str, kind: str) -> None:
        if url is None:
            self._sim.hear(participant.call, TWILIO_MUSIC, None, interruptible=False)
        elif url:
            participant.music = self._sim.spawn(self._play(participant, url, method, kind))

    async def _play(self, participant: Participant, url: str, method: str, kind: str) -> None:
        await self._sim.play_aside(participant, url, method, kind)

    def stop(self, participant: Participant) -> None:
        """Whatever was played to the participant ends."""
        if participant.music:
            participant.music.cancel()
            participant.music = None
        self._sim.hush(participant.call)

    def announce(self, conference: Conference, to: list[Participant], url: str, method: str) -> None:
        """Play a document to some of the participants, then announcement-end (or -fail)."""
        for participant in to:
            self._sim.spawn(self._announce(conference, participant, url, method))

    async def _announce(
        self, conference: Conference, participant: Participant, url: str, method: str
    ) -> None:
        failure = await self._sim.play_aside(participant, url, method, "voice.conference_announce")
        fields = {"AnnounceUrl": url} | ({"ReasonAnnouncementFailed": failure} if failure else {})
        if conference.ended is None:
            event = "announcement-fail" if failure else "announcement-end"
            self._report(conference, event, participant, fields)

    def beep(self, participant: Participant, *, entering: bool) -> None:
        """Those in the room hear a beep when somebody whose `beep` says so enters or leaves."""
        wanted = ("true", "onEnter") if entering else ("true", "onExit")
        conference = participant.conference
        if participant.options.beep in wanted and conference.started:
            for other in conference.present:
                if other is not participant and not other.hold:
                    self._sim.audio.overhear(other.call, BEEP)

    def ringback(self, participant: Participant) -> None:
        """With early media those in the room hear the leg ring."""
        if participant.options.early_media:
            for other in participant.conference.present:
                if not other.hold:
                    self._sim.audio.overhear(other.call, RINGING)


def rings_in(participant: Participant) -> bool:
    """Whether the participant hears a leg ring that is being dialled into its room."""
    return not participant.hold and any(
        p.call.status is CallStatus.RINGING and p.options.early_media
        for p in participant.conference.participants.values()
    )
