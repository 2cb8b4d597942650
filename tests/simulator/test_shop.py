"""The shop's page: written in its language, safe whatever it is configured with, and with the widget on it."""

from dataclasses import replace

import httpx
import pytest

from simulator import ConfigError, RealClock, Simulator, parse_config
from simulator.app import create_app
from simulator.config import Shop, SimulatorConfig
from tests.simulator.conftest import make_config

SHOP = Shop("青禾選物", "http://127.0.0.1:8000", "pk_shop", (("<b>鍋</b>", 1480),))


async def page(config: SimulatorConfig, path: str = "/shop") -> httpx.Response:
    """What the simulator of this configuration answers."""
    app = create_app(Simulator(config, RealClock(1.0), seed=1))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.invalid") as client:
        return await client.get(path)


@pytest.mark.parametrize(
    ("path", "lang", "words"),
    [
        ("/shop", "zh-Hant", "加入購物車"),
        ("/shop?lang=zh-Hans", "zh-Hans", "加入购物车"),
        ("/shop?lang=en", "en", "Add to"),
    ],
)
async def test_the_page_speaks_the_language_it_is_asked_for(path: str, lang: str, words: str) -> None:
    answer = await page(replace(make_config(), shop=SHOP), path)
    assert f'<html lang="{lang}">' in answer.text
    assert f'data-key="pk_shop" data-lang="{lang}"' in answer.text
    assert words in answer.text


async def test_the_page_allows_the_widget_and_nothing_else() -> None:
    answer = await page(replace(make_config(), shop=SHOP))
    policy = dict(rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["img-src"] == "http://127.0.0.1:8000"
    assert policy["connect-src"] == "http://127.0.0.1:8000 ws://127.0.0.1:8000"
    assert "<b>" not in answer.text


async def test_without_a_shop_there_is_no_page() -> None:
    assert (await page(make_config())).status_code == 404


@pytest.mark.parametrize(
    ("shop", "field"),
    [
        ({"name": "x", "desk_url": "nowhere", "widget_key": "k"}, "shop.desk_url"),
        (
            {"name": "x", "desk_url": "http://127.0.0.1:1", "widget_key": "k", "goods": [["x"]]},
            "shop.goods[0]",
        ),
        ({"name": "x", "desk_url": "http://127.0.0.1:1", "widget_key": "k", "colour": "red"}, "shop.colour"),
    ],
)
def test_a_wrong_shop_is_named(shop: dict[str, object], field: str) -> None:
    data = {
        "account_sid": "AC" + "0" * 32,
        "auth_token": "t",
        "api_key_sid": "SK" + "0" * 32,
        "api_key_secret": "s",
        "numbers": [{"number": "+886255500100", "label": "x", "voice_url": "http://127.0.0.1:1/x"}],
        "shop": shop,
    }
    with pytest.raises(ConfigError) as refused:
        parse_config(data)
    assert refused.value.field == field
