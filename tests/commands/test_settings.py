"""`switchboard settings` may be shown to anybody: it names every setting and no secret."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.commands.masking import without_secrets
from app.core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "SWITCHBOARD_DATABASE_URL": "postgresql://sb:hidden-1@db.example.com:5432/sb?sslmode=require",
    "SWITCHBOARD_TWILIO_AUTH_TOKEN": "hidden-2",
    "SWITCHBOARD_TWILIO_AUTH_TOKEN_SECONDARY": "hidden-3",
    "SWITCHBOARD_TWILIO_API_KEY_SECRET": "hidden-4",
    "SWITCHBOARD_METRICS_TOKEN": "hidden-5",
}


def printed(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "app", "settings", *words],
        cwd=ROOT,
        env=os.environ | SECRETS,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_settings_are_printed_without_secrets(words: list[str]) -> None:
    text = printed(*words)
    assert "hidden" not in text
    assert "postgresql://sb:(secret)@db.example.com:5432/sb?sslmode=require" in text


def test_every_setting_is_listed_with_its_value() -> None:
    rows = {row["name"]: row["value"] for row in json.loads(printed("--json"))}
    assert rows.keys() == {f"SWITCHBOARD_{name.upper()}" for name in Settings.model_fields}
    assert rows["SWITCHBOARD_TWILIO_AUTH_TOKEN"] == "(secret)"
    assert rows["SWITCHBOARD_TIME_ZONE"] == "Asia/Taipei"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("postgresql://sb:p@ss/w#rd?@db/sb", "postgresql://sb:(secret)@db/sb"),
        (
            "postgresql://sb@db/sb?password=p&application_name=x",
            "postgresql://sb@db/sb?password=(secret)&application_name=x",
        ),
        ("postgresql://db/sb?user=sb&sslpassword=p", "postgresql://db/sb?user=sb&sslpassword=(secret)"),
        ("host=db password=p dbname=sb", "host=db password=(secret) dbname=sb"),
        ("https://u:p@cc.example.com", "https://u:(secret)@cc.example.com"),
        ("https://cc.example.com:8443", "https://cc.example.com:8443"),
        (SecretStr("p"), "(secret)"),
        (SecretStr(""), ""),
        (None, "None"),
        (8000, "8000"),
    ],
)
def test_passwords_are_found_wherever_an_address_may_hold_one(value: object, shown: str) -> None:
    assert without_secrets(value) == shown
