"""The flow the demo company 青禾選物 / Verdant Goods answers its telephone with."""

from functools import cache
from importlib.resources import files

from app.selfservice.definition import FlowDefinition


@cache
def demo_flow() -> FlowDefinition:
    """The seeded flow, as published in version 1."""
    return FlowDefinition.load(files(__package__).joinpath("demo_flow.json").read_bytes())
