"""The documentation speaks of the code as it is: whatever file, function, setting or link it names exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from app.core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
PLACES = "app|simulator|web|tests|devtools|migrations|scripts|bench"
NAMED = re.compile(rf"`((?:{PLACES})/[\w./-]*?)(?::([A-Za-z_][\w.]*))?`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SETTING = re.compile(r"\bSWITCHBOARD_[A-Z_]+[A-Z]\b")
MADE_LATER = ("app/web/static", "web/node_modules")  # built, so not in a fresh clone
IMAGES = "images/"  # taken from the running product by a script
OTHER_VARIABLES = {"SWITCHBOARD_PG_BIN", "SWITCHBOARD_TEST_DATABASE_URL"}  # read where they are needed


@cache
def names_in(path: Path) -> frozenset[str]:
    """Every name a module defines, methods and constants of its classes as `Class.name`."""

    def of(body: list[ast.stmt], prefix: str) -> set[str]:
        found: set[str] = set()
        for node in body:
            match node:
                case ast.ClassDef():
                    found |= {prefix + node.name} | of(node.body, f"{prefix}{node.name}.")
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    found |= {prefix + node.name} | of(node.body, prefix)
                case ast.Assign():
                    found |= {prefix + target.id for target in node.targets if isinstance(target, ast.Name)}
                case ast.AnnAssign(target=ast.Name(id=name)):
                    found.add(prefix + name)
        return found

    return frozenset(of(ast.parse(path.read_text(encoding="utf-8")).body, ""))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_and_function_a_page_names_exists(page: Path) -> None:
    wrong = []
    for place, name in NAMED.findall(page.read_text(encoding="utf-8")):
        path = ROOT / place
        if place.startswith(MADE_LATER):
            continue
        if not path.exists() or (name and name not in names_in(path)):
            wrong.append(f"{place}:{name}" if name else place)
    assert not wrong, f"{page.name} names what is not there: {wrong}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_of_a_page_leads_somewhere(page: Path) -> None:
    targets = [link.partition("#")[0] for link in LINK.findall(page.read_text(encoding="utf-8"))]
    local = [t for t in targets if t and "://" not in t and IMAGES not in t]
    assert not [t for t in local if not (page.parent / t).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_setting_a_page_names_is_a_setting(page: Path) -> None:
    known = {f"SWITCHBOARD_{name.upper()}" for name in Settings.model_fields} | OTHER_VARIABLES
    assert set(SETTING.findall(page.read_text(encoding="utf-8"))) <= known


def test_operations_lists_every_setting() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    missing = {
        f"SWITCHBOARD_{name.upper()}": info.description
        for name, info in Settings.model_fields.items()
        if f"| `SWITCHBOARD_{name.upper()}` |" not in text
    }
    assert not missing, f"add them to the table of settings in docs/operations.md: {missing}"


def test_operations_lists_every_metric() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    metric = re.compile(r"(?:Counter|Gauge|Histogram)\(\s*\"(switchboard_[a-z_]+)\"")
    found = {
        name for path in (ROOT / "app").rglob("*.py") for name in metric.findall(path.read_text("utf-8"))
    }
    assert found
    assert not [name for name in found if f"| `{name}` |" not in text]


def test_glossary_lists_every_kind_of_touchpoint_that_is_written() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    missing = [kind for kind in written_kinds() if f"`{kind}`" not in text]
    assert not missing


def written_kinds() -> set[str]:
    """The kinds given to `touchpoints.append` as text, those of the offers and of self-service included."""
    kind = re.compile(r"^[a-z_]+\.[a-z_]+$")
    found = {f"offer.{state}" for state in ("rejected", "timed_out", "withdrawn")}
    for path in (ROOT / "app").rglob("*.py"):
        if "demo" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "touchpoints.append"
                and len(node.args) > 2
            ):
                texts = [n.value for n in ast.walk(node.args[2]) if isinstance(n, ast.Constant)]
                found |= {text for text in texts if isinstance(text, str) and kind.match(text)}
    mapping = (ROOT / "app" / "intake" / "mapping.py").read_text(encoding="utf-8")
    found |= set(re.findall(r'"((?:menu|question|faq|announcement)\.[a-z_]+)"', mapping))
    return found | {"call.held", "call.resumed"}
