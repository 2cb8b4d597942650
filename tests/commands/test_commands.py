"""Every command leads to a function, and the light ones load nothing heavy."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from app import cli
from app.faq.models import Language

ROOT = Path(__file__).resolve().parents[2]


def leaves(parser: argparse.ArgumentParser, way: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that can be called, with its words."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield way.strip(), parser
    for group in groups:
        for name, sub in group.choices.items():
            yield from leaves(sub, f"{way} {name}")


def test_every_command_is_a_function_that_says_what_it_does() -> None:
    found = dict(leaves(cli.parser()))
    assert {"serve", "worker", "migrate", "demo", "settings", "openapi", "simulate"} <= found.keys()
    assert {"faq search", "faq evaluate", "routing conform", "doctor"} <= found.keys()
    for name, parser in found.items():
        module, _, function = parser.get_default("command").partition(":")
        assert getattr(import_module(module), function).__doc__, name
        assert parser.description, name


def test_languages_of_the_search_are_those_of_the_faq() -> None:
    search = dict(leaves(cli.parser()))["faq search"]
    (choices,) = (action.choices for action in search._actions if action.dest == "lang")
    assert set(choices or ()) == set(Language)


def test_engine_and_simulation_load_neither_settings_nor_database_nor_web() -> None:
    code = (
        "import sys; import app.cli, app.commands.routing, app.commands.simulate;"
        "print([m for m in ('asyncpg', 'fastapi', 'twilio', 'app.core.settings', 'app.core.db') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_wrong_setting_is_named_and_stops_a_command_of_the_service() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "settings"],
        cwd=ROOT,
        env=os.environ | {"SWITCHBOARD_PORT": "none"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("switchboard: SWITCHBOARD_PORT: ")


def test_reader_that_has_seen_enough_ends_a_command_quietly() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "simulate", "--schema"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, b"")


def test_trying_the_object_store_says_where_it_is_or_what_is_wrong(tmp_path: Path) -> None:
    def check(home: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app", "check-objects"]
        env = os.environ | {"SWITCHBOARD_HOME": str(home)}
        return subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
        )

    good = check(tmp_path)
    assert (good.returncode, good.stdout) == (
        0,
        f"objects are stored, read and deleted in {tmp_path}/objects\n",
    )
    (tmp_path / "file").write_text("no folder")
    bad = check(tmp_path / "file")
    assert (bad.returncode, bad.stderr) == (1, "switchboard: the file cannot be written: Not a directory\n")
