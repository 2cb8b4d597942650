"""The OpenAPI document: valid, complete, and what the front end's types were made from."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from openapi_spec_validator import validate

from app.console import handlers, socket_schemas
from app.main import create_app
from tests.support.app import app_settings

ROOT = Path(__file__).resolve().parents[1]
GENERATED = ROOT / "web" / "shared" / "api" / "generated" / "types.gen.ts"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """What `/api/v1/openapi.json` answers."""
    app = create_app(app_settings(8000, "postgresql://nowhere.invalid/x"), "", with_worker=False)
    found: dict[str, Any] = orjson.loads(orjson.dumps(app.openapi()))
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)


def test_every_operation_has_a_name_and_says_what_it_does(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").isalpha() for name in names), "names are chosen, not generated"
    silent = [where for where, operation in operations(document) if not operation.get("description")]
    assert silent == []


def test_every_operation_says_how_it_may_fail(document: dict[str, Any]) -> None:
    for where, operation in operations(document):
        answers = operation["responses"]
        assert any(status.startswith("2") for status in answers), where
        needed = {"500", "503"} if where == "POST /api/v1/session" else {"401", "403", "500", "503"}
        if "requestBody" in operation or operation.get("parameters"):
            needed = needed | {"422"}
        assert needed <= set(answers), where
        for status, answer in answers.items():
            if status[0] in "45":
                assert set(answer["content"]) == {"application/problem+json"}, (where, status)
                schema = answer["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (where, status)


def test_every_message_of_the_socket_is_described(document: dict[str, Any]) -> None:
    found = document["components"]["schemas"]
    for union in ("ServerMessage", "ClientMessage"):
        targets = [ref.rsplit("/", 1)[1] for ref in found[union]["discriminator"]["mapping"].values()]
        assert len(targets) >= 5
        assert all(found[name].get("description") for name in targets), union


def test_every_event_the_console_sends_is_in_the_document() -> None:
    known = {
        event.model_fields["type"].annotation.__args__[0]  # type: ignore[union-attr]
        for event in socket_schemas.StreamEvent.__subclasses__()
    }
    source = Path(handlers.__file__).read_text(encoding="utf-8")
    sent = {kind for kind in known if f'"{kind}"' in source}
    by_others = {"touchpoint.added", "alert.opened", "alert.cleared"}
    assert sent == known - by_others, "touchpoints and alerts are streamed by those who keep them"


def test_the_front_ends_types_are_up_to_date(document: dict[str, Any], tmp_path: Path) -> None:
    node = shutil.which("node") or str(ROOT / ".venv" / "bin" / "node")
    if not Path(node).exists() or not (ROOT / "web" / "node_modules").exists():
        pytest.skip("the front end's tools are not installed")
    (tmp_path / "openapi.json").write_bytes(orjson.dumps(document))
    subprocess.run(
        [node, "scripts/generate-api.mjs", str(tmp_path / "openapi.json"), str(tmp_path / "types")],
        cwd=ROOT / "web",
        check=True,
        timeout=100,
        capture_output=True,
    )
    fresh = (tmp_path / "types" / "types.gen.ts").read_text(encoding="utf-8")
    assert fresh == GENERATED.read_text(encoding="utf-8"), "run `npm run generate` in web/"
