"""The demo shop's chat: its widget key, which the shop's page beside the simulator uses."""

from app.channels.chat import keys
from app.channels.chat.errors import WidgetUnknown
from app.core.db import Transaction
from app.core.settings import Settings
from app.demo.centre import flow_id, queue_ids
from app.demo.summary import COMPANY, WIDGET_KEY
from app.selfservice.demo_flow import demo_chat_flow


async def write_widget_key(tx: Transaction, settings: Settings) -> None:
    """Make the key, or let it be used from where the shop's page is this time. What else was changed of it stays."""
    port = settings.simulator_port
    origins = [f"http://127.0.0.1:{port}", f"http://localhost:{port}"]
    try:
        await keys.lock(tx, WIDGET_KEY)
    except WidgetUnknown:
        columns = {
            "name": COMPANY,
            "origins": origins,
            "flow_id": flow_id(demo_chat_flow()),
            "queue_id": queue_ids()["products"],
            "appearance": {
                "color": "#3f5d45",
                "title": {"zh-Hant": "青禾選物客服", "zh-Hans": "青禾选物客服", "en": "Verdant Goods"},
            },
            "skills": {
                "locales": {"zh-Hant": ["lang:zh"], "zh-Hans": ["lang:zh"], "en": ["lang:en"]},
                "topics": {"orders": ["orders"], "returns": ["returns"], "products": ["products"]},
            },
            "features": {"callback": True, "page_context": True},
        }
        await keys.create(tx, WIDGET_KEY, columns)
    else:
        await keys.change(tx, WIDGET_KEY, {"origins": origins})
