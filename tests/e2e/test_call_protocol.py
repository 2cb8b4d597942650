"""Everything said to the carrier in a whole call is right by the carrier's own documents."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest

from simulator.journal import EntryKind
from tests.support.centre import Centre, running_centre
from tests.support.invariants import CALM_SPEED, assert_quiescent

DOCUMENT = Path(__file__).parents[1] / "simulator" / "data" / "twilio_openapi_reduced.json"


@pytest.fixture
async def centre(demo_dsn: str) -> AsyncIterator[Centre]:
    """The product with a demo centre, slow enough to judge silence."""
    async with running_centre(demo_dsn, speed=CALM_SPEED) as running:
        yield running


async def test_every_request_of_a_call_is_valid_by_twilio_s_description(centre: Centre) -> None:
    mei = await centre.at_work("mei")
    call = await centre.call("+886900000105")
    await call.collecting()
    call.press("0")
    made = await mei.event("offer.made")
    await mei.command("POST", f"/offers/{made['offer']['offer_id']}/accept")
    await mei.contact(call_state="talking")
    contact = f"/contacts/{made['offer']['contact_id']}"
    await mei.command("POST", f"{contact}/hold")
    await mei.contact(call_state="held", pending_command=None)
    await mei.command("POST", f"{contact}/resume")
    await mei.contact(call_state="talking", pending_command=None)
    await mei.command("POST", f"{contact}/hang-up")
    await call.ended()
    await assert_quiescent(centre)

    description = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    document = OpenAPI.from_dict(description, config=Config(spec_validator_cls=None))
    operations = set()
    for entry in centre.simulator.journal.of(kind=EntryKind.REST):
        operations.add(entry.detail["operation"])
        document.validate_request(
            MockRequest(
                "https://api.twilio.com",
                entry.detail["method"].lower(),
                entry.detail["path"],
                args=dict(parse_qsl(entry.detail["query"])),
                headers={"Authorization": "Basic eDp5"},
                data=urlencode(entry.detail["form"]).encode(),
                content_type="application/x-www-form-urlencoded",
            )
        )
        known = fields_of(description, entry.detail["method"].lower(), entry.detail["operation"])
        assert {name for name, _ in entry.detail["form"]} <= known, entry.detail["operation"]
    assert {"CreateParticipant", "UpdateParticipant", "UpdateCall"} <= operations


def fields_of(description: dict[str, dict[str, dict[str, object]]], method: str, operation: str) -> set[str]:
    """The form fields an operation knows."""
    for path in description["paths"].values():
        found = path.get(method)
        if isinstance(found, dict) and found.get("operationId") == operation:
            body = found.get("requestBody", {"content": {}})["content"]
            return {name for media in body.values() for name in media["schema"].get("properties", {})}
    raise AssertionError(f"{method} {operation} is not described")
