"""The sound of one call at one browser: offered, answered, then flowing both ways until either side ends it."""

import asyncio
import secrets
from typing import TYPE_CHECKING

from simulator.calls import Call
from simulator.gateway.keys import KeyPair
from simulator.gateway.line import Line, LineError
from simulator.gateway.mixer import Mixer
from simulator.gateway.rtp import FRAME_SECONDS, Writer, samples_of
from simulator.gateway.sdp import RemoteParameters, read_answer, write_offer
from simulator.journal import EntryKind

if TYPE_CHECKING:
    from simulator.network import Simulator


class BrowserLeg:
    """One call at one browser. `token` lets the browser take it up again after its websocket was lost."""

    def __init__(self, sim: "Simulator", call: Call, mixer: Mixer, keys: KeyPair) -> None:
        self.call = call
        self.token = secrets.token_hex(16)
        self.is_answered = False
        self._sim = sim
        self._mixer = mixer
        self._keys = keys
        self._line = Line(keys)
        self._writer = Writer(ssrc=secrets.randbits(32))
        self._task: asyncio.Task[None] | None = None

    async def offer(self) -> str:
        """The session description to invite the browser with."""
        candidates = await self._line.open()
        return write_offer(
            username=self._line.username,
            password=self._line.password,
            fingerprint=self._keys.fingerprint,
            candidates=candidates,
            ssrc=self._writer.ssrc,
        )

    def answered(self, description: str) -> None:
        """The browser took the call. Raises BadDescriptionError."""
        remote = read_answer(description)
        if self._task is None:
            self.is_answered = True
            self._task = self._sim.spawn(self._talk(remote))

    async def close(self) -> None:
        """No sound any more; harmless when closed."""
        if self._task is not None:
            self._task.cancel()
        self._mixer.leave(self.call.sid)
        await self._line.close()

    async def _talk(self, remote: RemoteParameters) -> None:
        try:
            await self._line.connect(remote)
            self._mixer.join(self.call.sid)
            self._sim.journal.add(EntryKind.CALL, "sound connected", self.call.sid)
            listening = asyncio.create_task(self._listen())
            try:
                await self._speak()
            finally:
                listening.cancel()
        except LineError as error:
            self._sim.journal.add(EntryKind.CALL, "sound lost", self.call.sid, reason=str(error))
            self._sim.hang_up(self.call, by="network")

    async def _speak(self) -> None:
        """A frame every 20 ms; after a stall as many as were missed, so that the stream keeps its pace."""
        loop = asyncio.get_running_loop()
        began, number = loop.time(), 0
        while True:
            await self._line.send(self._writer.packet(self._mixer.frame_for(self.call.sid, number)))
            number += 1
            await asyncio.sleep(max(0.0, began + number * FRAME_SECONDS - loop.time()))

    async def _listen(self) -> None:
        try:
            while True:
                samples = samples_of(await self._line.receive())
                if samples is not None:
                    self._mixer.spoken(self.call.sid, samples)
        except LineError:
            pass  # the speaking side meets the same closed line and says so
