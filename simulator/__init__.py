"""A local phone network that speaks Twilio's webhook and REST protocol, apart from the product."""

from simulator.clock import Clock, RealClock, SteppedClock
from simulator.config import Caller, ConfigError, Knobs, Number, SimulatorConfig, load_config, parse_config
from simulator.faults import FaultEffect, FaultRule
from simulator.network import Simulator
from simulator.oracles import Violation
from simulator.twiml_check import check_document

__all__ = [
    "Caller",
    "Clock",
    "ConfigError",
    "FaultEffect",
    "FaultRule",
    "Knobs",
    "Number",
    "RealClock",
    "Simulator",
    "SimulatorConfig",
    "SteppedClock",
    "Violation",
    "check_document",
    "load_config",
    "parse_config",
]
