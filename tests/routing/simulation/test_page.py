"""docs/simulate.md: its scenarios run as they stand, and it lists what there is."""

import json
import re
from pathlib import Path

import pytest

from app.routing.simulation.loading import read
from app.routing.simulation.report import DEFINITIONS
from app.routing.simulation.scenario import ContactClass, Pool, Rules, Scenario
from app.routing.simulation.simulate import simulate

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "simulate.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES, ids=[json.loads(text)["name"] for text in EXAMPLES])
def test_every_scenario_of_the_page_runs(text: str) -> None:
    raw = json.loads(text)
    short = {"contacts": 3_000} if "contacts" in raw else {"replications": 2}
    report = simulate(read(raw, changes=short))
    everything = report.groups["all"]
    assert everything.counts["offered"] == report.counted > 500
    assert everything.counts["unserved"] == 0
    assert 0.3 < everything.metrics["service_level"].value < 1
    assert 0.3 < everything.metrics["occupancy"].value < 1


def test_page_has_the_scenarios_it_speaks_of() -> None:
    assert len(EXAMPLES) == 2
    found = re.search(r"```\n(\{\n  \"name\": \"Last March\".*?)```", PAGE, re.DOTALL)
    assert found
    assert Scenario.model_validate_json(found[1]).classes[0].arrivals.kind == "csv"


def test_page_names_every_field_and_every_metric() -> None:
    names = [*Scenario.model_fields, *ContactClass.model_fields, *Pool.model_fields, *Rules.model_fields]
    missing = [name for name in names if not re.search(rf"`[^`]*\b{name}\b", PAGE) and name != "title"]
    assert missing == []
    shown = {name.replace("wait_pNN", "wait_p50") for name in DEFINITIONS}
    assert [name for name in shown if f"`{name}`" not in PAGE] == []
