"""A media gateway for the real browser SDK: its signalling websocket, and sound by WebRTC, in front of the simulator.

The demo's own softphone carries no sound. Here the SDK that production uses registers, is rung, answers and talks, so
that what an agent hears and says can be measured. Needs the packages of the `dev` group; nothing else imports this.

Written from what the SDK does (npm `@twilio/voice-sdk` 2.18.5): the protocol is not documented and may change.
"""

from simulator.gateway.gateway import Gateway
from simulator.gateway.keys import make_key_pair
from simulator.gateway.server import create_gateway_app

__all__ = ["Gateway", "create_gateway_app", "make_key_pair"]
