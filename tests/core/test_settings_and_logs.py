"""Settings say which variable is wrong; logs keep personal data out."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
import structlog
from pydantic import ValidationError

from app.core import logs
from app.core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SWITCHBOARD_PORT", "many"),
        ("SWITCHBOARD_PUBLIC_BASE_URL", "http://cc.example.com"),
        ("SWITCHBOARD_PUBLIC_BASE_URL", "cc.example.com"),
        ("SWITCHBOARD_LOG_LEVEL", "loud"),
        ("SWITCHBOARD_AGENT_HEARTBEAT_SECONDS", "0"),
        ("SWITCHBOARD_SOFTPHONE", "demo"),
    ],
)
def test_a_wrong_setting_is_named_as_the_variable(variable: str, value: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "settings"],
        cwd=ROOT,
        env={**os.environ, variable: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert variable in done.stderr
    assert "Traceback" not in done.stderr


def test_secrets_are_not_printed_with_the_settings() -> None:
    loaded = settings(twilio_auth_token="very-hidden", metrics_token="also-hidden")
    assert "hidden" not in repr(loaded)


def test_settings_cannot_change_while_running() -> None:
    with pytest.raises(ValidationError):
        settings().port = 1  # type: ignore[misc]


def test_https_gets_the_strict_cookie() -> None:
    secure = settings(public_base_url="https://cc.example.com/")
    assert (secure.cookie_name, secure.is_secure) == ("__Host-switchboard", True)
    assert secure.origins == {"https://cc.example.com"}
    assert not settings().is_secure


def test_further_origins_are_a_list_with_commas() -> None:
    found = settings(allowed_origins="https://a.example.com, https://b.example.com")
    assert {"https://a.example.com", "https://b.example.com"} < found.origins


LOGGING = """
import structlog
from app.core import logs
logs.configure(level="info", output={output!r})
log = structlog.get_logger()
def fail():
    number = "+886912345678"
    raise ValueError("broken")
log.info("call answered", pii_number="+886912345678", contact_id=7)
log.debug("too quiet")
try:
    fail()
except ValueError:
    log.exception("failed", pii_number="+886912345678")
"""


@pytest.mark.parametrize("output", ["json", "console"])
def test_personal_data_does_not_reach_the_log(output: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOGGING.format(output=output)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "call answered" in done.stderr
    assert "contact_id" in done.stderr
    assert "ValueError" in done.stderr
    assert "too quiet" not in done.stderr
    assert "886912345678" not in done.stderr.replace('number = "+886912345678"', "")


def test_a_line_goes_to_the_standard_error_of_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    before = structlog.get_config()
    first, second = io.StringIO(), io.StringIO()
    try:
        monkeypatch.setattr(sys, "stderr", first)
        logs.configure(level="info", output="json")
        first.close()
        monkeypatch.setattr(sys, "stderr", second)
        structlog.get_logger().warning("still heard")
    finally:
        structlog.configure(**before)
    assert "still heard" in second.getvalue()
