"""What the demo shop sells, and the orders its customers have placed. Prices are whole Taiwan dollars."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID, uuid5

from app.demo.people import DemoCustomer

FREE_SHIPPING_FROM: Final = 1500  # TWD
SHIPPING: Final = 80  # TWD

GOODS: Final = (
    ("手捏陶馬克杯", 480),
    ("真空保溫瓶 500 ml", 1280),
    ("高山烏龍茶禮盒", 890),
    ("竹纖維浴巾", 650),
    ("水洗亞麻圍裙", 780),
    ("手沖咖啡壺組", 1680),
    ("大豆蠟香氛蠟燭", 620),
    ("帆布托特包", 590),
    ("美麗諾羊毛毯", 2480),
    ("胡桃木砧板", 1150),
    ("調光閱讀檯燈", 2980),
    ("桌上型空氣清淨機", 5990),
    ("溫控電熱水壺", 1990),
    ("有機棉床包組", 2680),
    ("記憶棉枕", 1480),
    ("方格手帳", 320),
    ("素燒植栽盆", 450),
    ("玻璃密封罐三件組", 760),
    ("琺瑯鑄鐵鍋 22 cm", 4280),
)

OrderRow = tuple[UUID, UUID, str, datetime, str, int, str, list[dict[str, Any]]]


def order_rows(rng: Random, customers: Sequence[DemoCustomer], now: datetime) -> list[OrderRow]:
    """Two to four orders of each customer within the last half year, as rows of `orders`."""
    placed = sorted(
        (now - timedelta(days=age, minutes=rng.randrange(60 * 10)), customer)
        for customer in _buyers(rng, customers)
        for age in [min(180, int(rng.expovariate(1 / 30)))]
    )
    return [_order(rng, number, customer, at, now) for number, (at, customer) in enumerate(placed, start=1)]


def _buyers(rng: Random, customers: Sequence[DemoCustomer]) -> Iterator[DemoCustomer]:
    for customer in customers:
        yield from [customer] * rng.randint(2, 4)


def _order(rng: Random, number: int, customer: DemoCustomer, at: datetime, now: datetime) -> OrderRow:
    most = 6 if customer.kind == "company" else 2
    basket = [(name, rng.randint(1, most), price) for name, price in rng.sample(GOODS, rng.randint(1, 3))]
    goods = sum(quantity * price for _, quantity, price in basket)
    total = goods if goods >= FREE_SHIPPING_FROM else goods + SHIPPING
    items = [{"name": name, "quantity": quantity, "unit_minor": price} for name, quantity, price in basket]
    order_id = uuid5(customer.id, f"order:{number}")
    status = _status(rng, (now - at).days)
    return (order_id, customer.id, f"VG{at:%y%m%d}-{number:03}", at, status, total, "TWD", items)


def _status(rng: Random, age_days: int) -> str:
    if age_days < 2:
        return rng.choice(["placed", "paid", "paid"])
    if age_days < 5:
        return rng.choice(["paid", "shipped", "shipped", "shipped", "cancelled"])
    if age_days < 12:
        return rng.choice(["shipped", "delivered", "delivered", "delivered"])
    return rng.choices(["delivered", "returned", "refunded", "cancelled"], [85, 4, 7, 4])[0]
