"""A local phone network that speaks Twilio's webhook and REST protocol, apart from the product."""

from simulator.clock import Clock, RealClock, SteppedClock
from simulator.config import (
    Application,
    Caller,
    ConfigError,
    Knobs,
    Number,
    SimulatorConfig,
    knob_variants,
    load_config,
    parse_config,
)
from simulator.endpoints import Behaviour, Policy
from simulator.fault_families import FAMILIES, Family, hang_up_points, put_in_force
from simulator.faults import FaultEffect, FaultRule
from simulator.network import Simulator
from simulator.oracles import ProductReport, ReportedContact, Violation, check_journal
from simulator.twiml_check import check_document

__all__ = [
    "FAMILIES",
    "Application",
    "Behaviour",
    "Caller",
    "Clock",
    "ConfigError",
    "Family",
    "FaultEffect",
    "FaultRule",
    "Knobs",
    "Number",
    "Policy",
    "ProductReport",
    "RealClock",
    "ReportedContact",
    "Simulator",
    "SimulatorConfig",
    "SteppedClock",
    "Violation",
    "check_document",
    "check_journal",
    "hang_up_points",
    "knob_variants",
    "load_config",
    "parse_config",
    "put_in_force",
]
