"""How heavy the built front end may be, in KiB as it travels (gzip). Reads the build; no browser is started."""

import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest

pytestmark = pytest.mark.browser

STATIC = Path(__file__).resolve().parents[2] / "app" / "web" / "static"
FIRST_LOAD_KIB = 250  # scripts of the console before anything lazy, with one catalogue; 227 in November 2026
CHUNK_KIB = 80  # any one file of scripts


def manifest() -> dict[str, Any]:
    """What was built, by source."""
    built: dict[str, Any] = orjson.loads((STATIC / "manifest.json").read_bytes())
    return built


def kib(file: str) -> float:
    """The weight of a file on the wire."""
    return len(gzip.compress((STATIC / file).read_bytes(), 9)) / 1024


def needed_by(built: dict[str, Any], entry: str) -> set[str]:
    """The files that a page loads at once."""
    files, waiting, seen = set(), [entry], {entry}
    while waiting:
        chunk = built[waiting.pop()]
        files.add(chunk["file"])
        for name in chunk.get("imports", ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return files


def test_the_console_is_light_at_first() -> None:
    built = manifest()
    files = needed_by(built, "console/index.html") | {built["console/locales/zh-Hant.json"]["file"]}
    weights = {file: round(kib(file), 1) for file in files}
    assert sum(weights.values()) <= FIRST_LOAD_KIB, weights


def test_no_chunk_is_heavy() -> None:
    scripts = {chunk["file"] for chunk in manifest().values() if chunk["file"].endswith(".js")}
    heavy = {file: weight for file in scripts if (weight := round(kib(file), 1)) > CHUNK_KIB}
    assert heavy == {}


@pytest.mark.parametrize(
    "page", ["console/flows/FlowsPage.tsx", "console/flows/Canvas.tsx", "console/knowledge/KnowledgePage.tsx"]
)
def test_pages_of_few_are_not_in_the_first_load(page: str) -> None:
    built = manifest()
    assert built[page]["isDynamicEntry"]
    assert built[page]["file"] not in needed_by(built, "console/index.html")
