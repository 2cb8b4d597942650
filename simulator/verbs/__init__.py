"""The TwiML verbs the network executes; a verb that is not in VERBS fails the call loudly."""

from collections.abc import Mapping

from simulator.execution import Verb
from simulator.verbs.dial import dial
from simulator.verbs.enqueue import enqueue
from simulator.verbs.flow import hangup, leave, redirect, reject
from simulator.verbs.gather import gather
from simulator.verbs.record import record
from simulator.verbs.speech import pause, play, say
from simulator.verbs.start import start, stop

VERBS: Mapping[str, Verb] = {
    "Dial": dial,
    "Enqueue": enqueue,
    "Gather": gather,
    "Hangup": hangup,
    "Leave": leave,
    "Pause": pause,
    "Play": play,
    "Record": record,
    "Redirect": redirect,
    "Reject": reject,
    "Say": say,
    "Start": start,
    "Stop": stop,
}
