"""The control API of people: the phone page, scripts and tests dial, press, speak, answer and look through it.

Everything is JSON. An error is {"error", "field"?} with 404 (unknown), 409 (not possible now) or 422 (bad input).

| request | what it does |
|---|---|
| `GET /sim/directory` | our numbers, and the people of the demo who may call them |
| `POST /sim/calls` {from, to, script?} | somebody outside dials one of our numbers; `script` = steps (see scripts.py) |
| `GET /sim/calls?live=true&address=+886…` | calls, newest first |
| `GET /sim/calls/{sid}` | one call: status, what is heard, who else is there |
| `POST /sim/calls/{sid}/press` {digits}, `/say` {text, confidence?}, `/silence` | what the person at it does |
| `POST /sim/calls/{sid}/answer`, `/reject`, `/hangup` | likewise |
| `GET /sim/endpoints` | behaviours, registered softphones, and what rings where |
| `PUT /sim/endpoints/{address}` {policy, after?, then?, greeting?, following?} | what it does when rung |
| `DELETE /sim/endpoints/{address}` | back to what it does by itself |
| `POST /sim/endpoints/{address}/accept`, `/reject`, `/hangup` | the person there acts on the newest leg |
| `GET/POST/DELETE /sim/faults` | fault rules in force; add a rule or a named family; lift all |
| `GET/POST /sim/clock` {speed} or {advance} | virtual time |
| `GET /sim/hears?t=…` | who hears whom (at a moment, or now) |
| `POST /sim/texts` {from, to, body, channel?, files?}, `GET /sim/texts?address=+886…` | somebody writes; all that was |
| `POST /sim/texts/{sid}/read`, `GET /sim/texts/{sid}/files/{file}` | it was seen; what was attached |
| `PUT /sim/handsets/{address}` {handset} | what becomes of messages to that telephone |
| `POST /sim/load` {calls, seconds, seed?}, `GET`, `DELETE` | a busy hour of callers (load.py), how it goes, its end |
| `GET /sim/state`, `/sim/journal?after=&call=`, `/sim/oracles` | everything live; the record; what is violated |

**Outside phones.** Every E.164 number that is not ours is a telephone somewhere. When the product dials it (REST
`Calls` or `Participants`), it rings until somebody decides: a test or a person by `accept` or `reject`, or the policy
put on it before: `answer` (after `after` seconds, then the steps of `then`), `busy`, `reject`, `noanswer`, `offline`,
`unallocated`, `voicemail` (a box answers, says `greeting`, beeps and records), `manual` (the default). `following`
is a list of behaviours used up first, one per ring: busy, then no answer, then the standing policy.

    PUT  /sim/endpoints/+886933000111 {"policy": "answer", "after": 3, "then": [{"asked": true}, {"press": "1"}]}
    PUT  /sim/endpoints/+886933000222 {"policy": "manual"}
    POST /sim/endpoints/+886933000222/accept
    PUT  /sim/endpoints/+886933000333 {"policy": "answer", "following": [{"policy": "busy"}]}
"""

from simulator.control.calls import CallControl
from simulator.control.endpoints import EndpointControl
from simulator.control.http import EXCEPTIONS, control_error
from simulator.control.load import LoadControl
from simulator.control.texts import TextControl
from simulator.control.world import WorldControl

__all__ = [
    "EXCEPTIONS",
    "CallControl",
    "EndpointControl",
    "LoadControl",
    "TextControl",
    "WorldControl",
    "control_error",
]
