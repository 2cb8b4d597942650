"""A shop's web page at the simulator's address, another origin than the service's: customers write from it.

It uses the chat widget as any site does, by one script tag, under a policy that allows nothing else.
"""

from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from simulator.config import Shop

_LANGUAGES: Final = {"zh-Hant": "繁體中文", "zh-Hans": "简体中文", "en": "English"}
_WORDS: Final = {
    "zh-Hant": ("本週選物", "加入購物車", "為日常挑選耐用的好物。滿 NT$1,500 免運，七天內可退換。"),
    "zh-Hans": ("本周选物", "加入购物车", "为日常挑选耐用的好物。满 NT$1,500 包邮，七天内可退换。"),
    "en": ("This week", "Add to cart", "Things that last. Free shipping from NT$1,500, returns within a week."),
}  # fmt: skip
_STYLE: Final = """
:root{color-scheme:light dark;--ink:#2b2620;--soft:#6d6459;--paper:#faf7f2;--line:#e7e0d5;--card:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#ece7df;--soft:#a89f92;--paper:#171512;--line:#332f29;--card:#211e1a}
}*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.6 Georgia,"Noto Serif TC","Noto Serif CJK TC","Songti TC",serif}
header{display:flex;gap:24px;align-items:baseline;padding:24px max(24px,6vw);border-bottom:1px solid var(--line)}
header strong{font-size:20px;margin-right:auto}header a{color:var(--soft)}
header a[aria-current]{color:var(--ink);text-decoration:none}
main{max-width:1080px;margin:auto;padding:32px 24px 120px}main>p{color:var(--soft)}
ul{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:24px;padding:0;list-style:none}
li{padding:16px;border:1px solid var(--line);border-radius:12px;background:var(--card)}
li div{height:140px;margin-bottom:12px;border-radius:8px;background:linear-gradient(135deg,#e6d5c0,#c9ab83)}
li:nth-child(3n+2) div{background:linear-gradient(135deg,#d5e0d3,#8ea58b)}
li:nth-child(3n) div{background:linear-gradient(135deg,#d9d6e4,#9a93b0)}h2{margin:0;font-size:17px}
li p{margin:4px 0 12px;color:var(--soft)}
button{padding:8px 16px;border:1px solid var(--ink);border-radius:6px;background:none;color:inherit;font:inherit}
"""


def shop_routes(shop: Shop | None) -> list[BaseRoute]:
    """`/shop?lang=en` and its style; nothing without a shop."""
    if shop is None:
        return []
    socket = shop.desk_url.replace("http", "ws", 1)
    headers = {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'self'; script-src {shop.desk_url}; img-src {shop.desk_url}; "
            f"connect-src {shop.desk_url} {socket}; base-uri 'none'; form-action 'none'"
        ),
        "Cache-Control": "no-cache",
    }

    async def page(request: Request) -> Response:
        wanted = request.query_params.get("lang", "zh-Hant")
        return HTMLResponse(_page(shop, wanted if wanted in _LANGUAGES else "zh-Hant"), headers=headers)

    async def style(_: Request) -> Response:
        return Response(_STYLE, media_type="text/css")

    return [Route("/shop", page), Route("/shop.css", style)]


def _page(shop: Shop, lang: str) -> str:
    title, add, about = _WORDS[lang]
    name = escape(shop.name)
    goods = "".join(
        f"<li><div></div><h2>{escape(good)}</h2><p>NT${price:,}</p><button type=button>{add}</button></li>"
        for good, price in shop.goods
    )
    links = "".join(
        f'<a href="/shop?lang={code}" lang="{code}"{" aria-current=page" if code == lang else ""}>{label}</a>'
        for code, label in _LANGUAGES.items()
    )
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{name}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/shop.css"></head>'
        f"<body><header><strong>{name}</strong>{links}</header><main><h1>{title}</h1><p>{about}</p>"
        f"<ul>{goods}</ul></main>"
        f'<script src="{escape(shop.desk_url)}/widget.js" data-key="{escape(shop.widget_key)}" data-lang="{lang}" '
        "async></script></body></html>"
    )
