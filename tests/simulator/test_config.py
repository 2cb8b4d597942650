"""The configuration file: what is wrong in it is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulator import ConfigError, load_config, parse_config

GOOD: dict[str, Any] = {
    "account_sid": "AC" + "0" * 32,
    "auth_token": "secret",
    "api_key_sid": "SK" + "0" * 32,
    "api_key_secret": "secret",
    "numbers": [{"number": "+886255501000", "label": "main", "voice_url": "https://a.example/voice"}],
    "callers": [
        {"label": "Mei", "number": "+886912345678", "language": "zh-Hant"},
        {"label": "?", "number": None},
    ],
    "allow_origins": ["http://127.0.0.1:8000"],
    "knobs": {"conference_starts_with": 1, "latency_max": 0},
}


def test_good_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "sim.json"
    file.write_text(json.dumps(GOOD), encoding="utf-8")
    config = load_config(file)
    assert config.callers[1].number is None
    assert config.knobs.conference_starts_with == 1
    assert "secret" not in repr(config)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"account_sid": "AC1"}, "account_sid"),
        ({"auth_token": ""}, "auth_token"),
        ({"numbers": []}, "numbers"),
        ({"numbers": [GOOD["numbers"][0] | {"number": "02-5550"}]}, "numbers[0].number"),
        ({"numbers": [GOOD["numbers"][0] | {"voice_url": "/voice"}]}, "numbers[0].voice_url"),
        ({"numbers": [GOOD["numbers"][0] | {"status_calback": "x"}]}, "numbers[0].status_calback"),
        ({"numbers": GOOD["numbers"] * 2}, "numbers"),
        ({"callers": [{"label": "x", "number": "12"}]}, "callers[0].number"),
        ({"allow_origins": "*"}, "allow_origins"),
        ({"knobs": {"latency": 1}}, "knobs.latency"),
        ({"knobs": {"latency_max": "1"}}, "knobs.latency_max"),
        ({"extra": 1}, "extra"),
    ],
)
def test_wrong_field_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(GOOD | change)
    assert caught.value.field == field


def test_file_that_is_not_there_or_not_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "none.json")
    bad = tmp_path / "bad.json"
    bad.write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match="is not JSON"):
        load_config(bad)
