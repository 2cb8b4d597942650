"""How long a search of the FAQ takes: 1,000 and 10,000 articles, one client and eight.

`python -m bench.faq`: a private PostgreSQL, invented articles in English and Traditional Chinese (a question, two
further wordings, an answer), the product's own `search` with the setting's encoder, one connection for each client.
`--large` adds 100,000 articles (several minutes to fill). Single figures depend on the machine.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid5

import asyncpg

from app.core import migrate
from app.core.clock import utc_now
from app.core.db import Database
from app.core.embedded_postgres import EmbeddedPostgres
from app.core.settings import Settings
from app.faq import semantics
from app.faq.index import rebuild_index
from app.faq.keeper import keep_up
from app.faq.models import Audience, Language
from app.faq.search import search
from app.faq.text import tokens, wording_key
from bench.load import percentile

SIZES = (1_000, 10_000)
LARGE = 100_000
CLIENTS = (1, 8)
SEARCHES = 400
FILL_SECONDS = 900  # a rebuild of a large index is no live statement


def _words(text: str) -> list[str]:
    return text.split()


_ACTS = {
    Language.EN: _words(
        "return exchange repair cancel track order pay reserve assemble clean refund warrant"
    ),
    Language.ZH_HANT: _words("退貨 換貨 維修 取消 查詢 訂購 付款 預約 組裝 清潔 退款 保固"),
}
_THINGS = {
    Language.EN: _words(
        "kettle mug pan lamp chair desk shelf blanket towel pillow teapot knife board clock vase rug oven "
        "toaster mixer scale basket hook mirror candle soap brush jar tray bowl plate"
    ),
    Language.ZH_HANT: _words(
        "水壺 馬克杯 平底鍋 檯燈 椅子 書桌 層架 毯子 毛巾 枕頭 茶壺 菜刀 砧板 時鐘 花瓶 地毯 烤箱 "
        "烤麵包機 攪拌機 磅秤 籃子 掛鉤 鏡子 蠟燭 肥皂 刷子 罐子 托盤 湯碗 盤子"
    ),
}
_ASKS = {
    Language.EN: (
        "How do I {act} a {thing} of the {brand} line{extra}?",
        "What must I know to {act} the {brand} {thing}?",
        "I would like to {act} my {thing}{extra}",
        "Is it possible to {act} {brand} goods{extra}?",
        "Where can somebody {act} the {thing} from {brand}?",
        "{brand} {thing} {act} rules",
        "My {thing} by {brand} has a fault, can it be {act}ed?",
        "Who will {act} this {thing} for me{extra}?",
    ),
    Language.ZH_HANT: (
        "請問要怎麼{act}{brand}的{thing}{extra}？",
        "{act}{thing}需要注意什麼",
        "我想{act}{brand}{thing}{extra}",
        "{brand}可以{act}嗎{extra}",
        "哪裡能夠{act}這款{thing}",
        "{thing}{act}規定 {brand}",
        "家裡的{brand}{thing}故障了，能{act}嗎？",
        "誰負責{act}{thing}{extra}",
    ),
}
_EXTRAS = {
    Language.EN: (
        "",
        " without the receipt",
        " as a member",
        " from abroad",
        " bought as a gift",
        " on a holiday",
    ),
    Language.ZH_HANT: ("", "但是沒有發票", "會員的話", "人在國外", "是別人送的禮物", "假日可以嗎"),
}
_NAMESPACE = UUID("5f0c3a52-8c0e-5d7c-9c11-0a4f6f0f0001")


def articles(count: int) -> Iterator[tuple[UUID, Language, tuple[str, str, str], str]]:
    """Invented articles: id, language, three wordings, answer."""
    chance = random.Random(7)
    brands = {language: [_brand(chance, language) for _ in range(2_000)] for language in _ACTS}
    for number in range(count):
        language = (Language.EN, Language.ZH_HANT)[number % 2]
        parts = {
            "act": chance.choice(_ACTS[language]),
            "thing": chance.choice(_THINGS[language]),
            "extra": chance.choice(_EXTRAS[language]),
            "brand": chance.choice(brands[language]),
        }
        first, second, third = (ask.format(**parts) for ask in chance.sample(_ASKS[language], 3))
        yield uuid5(_NAMESPACE, str(number)), language, (first, second, third), f"{first} {second}"


def _brand(chance: random.Random, language: Language) -> str:
    """An invented name: the variety of words that real articles have."""
    if language is Language.EN:
        return "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(3))
    return "".join(chr(chance.randrange(0x4E00, 0x8FFF)) for _ in range(2))


async def fill(dsn: str, count: int) -> None:
    """Publish the articles in bulk; the index and the vectors are made by the product's own code."""
    made = list(articles(count))
    now = utc_now()
    phrases = [
        (uuid5(key, str(place)), key, language.value, "alt" if place else "question", text)
        for key, language, wordings, _ in made
        for place, text in enumerate(wordings)
    ]
    connection = await asyncpg.connect(dsn)
    await connection.execute("set synchronous_commit = off")
    await connection.copy_records_to_table(
        "articles",
        records=[(key, "returns", "both", "published", 1, 1, now, now, now) for key, *_ in made],
        columns=_words(
            "id topic audience status latest_version published_version published_at created_at updated_at"
        ),
    )
    await connection.copy_records_to_table(
        "article_contents",
        records=[(key, lang.value, "", asked[0], answer, "", "[]") for key, lang, asked, answer in made],
        columns=_words("article_id language category question answer answer_short spoken_steps"),
    )
    await connection.copy_records_to_table(
        "article_phrases",
        records=[(*phrase, wording_key(tokens(phrase[4])), now) for phrase in phrases],
        columns=_words("id article_id language kind text key created_at"),
    )
    await connection.close()


async def prepare(database: Database) -> None:
    """Index and encode what was filled in."""
    async with database.transaction() as tx:
        await tx.execute("set local statement_timeout = 0")
        await rebuild_index(tx)
    current = semantics.current()
    if current is not None:
        await current.load()
        while await keep_up(database, current):
            pass
    connection = await asyncpg.connect(database.dsn)
    await connection.execute("vacuum analyze")
    await connection.close()


def questions(count: int) -> list[tuple[str, Language]]:
    """Wordings no article has, about things that some have."""
    chance = random.Random(11)
    asked = []
    for _, language, wordings, _ in articles(count):
        text = chance.choice(wordings)
        cut = text[: max(8, len(text) - chance.randrange(3, 9))]
        asked.append((f"{cut} {'please tell me' if language is Language.EN else '告訴我'}", language))
    chance.shuffle(asked)
    return asked[:SEARCHES]


async def measure(database: Database, count: int, clients: int) -> str:
    """Search with so many clients at once; one line of figures."""
    waiting = iter(questions(count))
    taken: list[float] = []
    by_meaning = 0

    async def client() -> None:
        nonlocal by_meaning
        for question, language in waiting:
            started = time.perf_counter()
            async with database.read() as reader:
                found = await search(
                    reader,
                    question=question,
                    language=language,
                    audience=Audience.PUBLIC,
                    channel="bench",
                    now=utc_now(),
                )
            taken.append((time.perf_counter() - started) * 1000)
            by_meaning += found.by_meaning

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    seconds = time.perf_counter() - started
    return (
        f"{count:>7,} articles, {clients} client{'s' if clients > 1 else ' '}: p50 {percentile(taken, 0.5):6.1f} ms, "
        f"p95 {percentile(taken, 0.95):6.1f} ms, {len(taken) / seconds:6.0f} a second, "
        f"{100 * by_meaning / len(taken):.0f} % by meaning"
    )


async def run(dsn: str, settings: Settings, count: int) -> None:
    """Fill, measure, print."""
    await migrate.upgrade(dsn)
    await fill(dsn, count)
    database = Database(dsn, pool_size=max(CLIENTS))
    await database.open()
    current = semantics.start(settings.faq_encoder)
    try:
        started = time.perf_counter()
        async with asyncio.timeout(FILL_SECONDS):
            await prepare(database)
        print(f"{count:>7,} articles indexed and encoded in {time.perf_counter() - started:.0f} s")
        await measure(database, count, 1)  # warms the caches
        for clients in CLIENTS:
            print(await measure(database, count, clients), flush=True)
    finally:
        semantics.install(None)
        if current is not None:
            await current.close()
        await database.close()


def main(arguments: list[str] | None = None) -> None:
    """Every size in a database of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="100,000 articles too")
    parser.add_argument("--only", type=int, help="this many articles and nothing else")
    chosen = parser.parse_args(arguments)
    sizes = (chosen.only,) if chosen.only else (*SIZES, *((LARGE,) if chosen.large else ()))
    settings = Settings()
    for count in sizes:
        with tempfile.TemporaryDirectory(prefix="bench-faq-") as folder:
            running = EmbeddedPostgres(Path(folder) / "pg").start()
            try:
                asyncio.run(run(running.dsn, settings, count))
            finally:
                running.close()


if __name__ == "__main__":
    main()
