"""Twilio's own description of the operations served, to check requests and answers by."""

import json
from functools import cache
from pathlib import Path

import httpx
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

DOCUMENT = Path(__file__).parent / "data" / "twilio_openapi_reduced.json"


@cache
def document() -> OpenAPI:
    """The document, cut down to the operations served.

    Its prose says that reason_conference_ended is null while a conference runs; its schema forgot to allow it.
    """
    content = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    reason = content["components"]["schemas"]["conference_enum_reason_conference_ended"]
    reason |= {"nullable": True, "enum": [*reason["enum"], None]}
    return OpenAPI.from_dict(content, config=Config(spec_validator_cls=None))


def as_openapi_request(request: httpx.Request) -> MockRequest:
    """The request as openapi-core wants it."""
    return MockRequest(
        "https://api.twilio.com",
        request.method.lower(),
        request.url.path,
        args=dict(request.url.params),
        headers=dict(request.headers),
        data=request.content,
        content_type="application/x-www-form-urlencoded",
    )


async def check_answer(response: httpx.Response) -> None:
    """Raise when an answer does not fit the document; errors and media are not described there."""
    body = await response.aread()
    if response.status_code in (200, 201) and response.url.path.endswith(".json"):
        answer = MockResponse(body, response.status_code, content_type="application/json")
        document().validate_response(as_openapi_request(response.request), answer)
