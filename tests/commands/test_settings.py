"""`switchboard settings` may be shown to anybody: it names every setting and no secret."""

import pytest
from pydantic import SecretStr

from app.commands.masking import without_secrets
from app.commands.service import setting_rows
from app.core.settings import Settings

SECRETS = {
    "database_url": "postgresql://sb:hidden-1@db.example.com:5432/sb?sslmode=require",
    "twilio_auth_token": "hidden-2",
    "twilio_auth_token_secondary": "hidden-3",
    "twilio_api_key_secret": "hidden-4",
    "metrics_token": "hidden-5",
}


def shown() -> dict[str, str]:
    settings = Settings(_env_file=None, **SECRETS)  # type: ignore[arg-type]
    return {row["name"]: row["value"] for row in setting_rows(settings)}


def test_settings_are_listed_without_secrets() -> None:
    rows = shown()
    assert not [name for name, value in rows.items() if "hidden" in value]
    address = "postgresql://sb:(secret)@db.example.com:5432/sb?sslmode=require"
    assert rows["SWITCHBOARD_DATABASE_URL"] == address
    assert {rows[f"SWITCHBOARD_{name.upper()}"] for name in SECRETS} == {address, "(secret)"}


def test_every_setting_is_listed_with_its_value() -> None:
    rows = shown()
    assert rows.keys() == {f"SWITCHBOARD_{name.upper()}" for name in Settings.model_fields}
    assert rows["SWITCHBOARD_TIME_ZONE"] == "Asia/Taipei"


@pytest.mark.parametrize(
    ("value", "text"),
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
def test_passwords_are_found_wherever_an_address_may_hold_one(value: object, text: str) -> None:
    assert without_secrets(value) == text
