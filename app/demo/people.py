"""Who works at the demo shop and who buys there.

Nobody is real. Numbers come from ranges set aside for fiction where a country has one (+1 202 555 01xx) and
from otherwise unused-looking blocks where it has none; mail addresses are under example.com (RFC 2606).
"""

from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from app.customers.models import CustomerKind, Language, Tier

_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://verdant-goods.example.com/")


def fixed_id(name: str) -> UUID:
    """The same id in every demo centre, e.g. of `agent:mei`."""
    return uuid5(_NAMESPACE, name)


@dataclass(frozen=True, slots=True)
class DemoAgent:
    """An account. `hours` are the local hours of the shift; `queues` maps a queue to the agent's rank."""

    number: int
    login: str
    name: str
    role: str
    locale: Language
    team: str
    hours: tuple[int, int]
    skills: dict[str, int]
    queues: dict[str, int]
    phone: str | None = None  # is reached there, and not at the browser phone

    @property
    def id(self) -> UUID:
        """Stable."""
        return fixed_id(f"agent:{self.login}")


EARLY: Final = (9, 17)
LATE: Final = (13, 21)
ALL_DAY: Final = (9, 21)

AGENTS: Final = (
    DemoAgent(
        1001, "mei", "林美玲", "agent", "zh-Hant", "前線", EARLY,
        {"lang:zh": 5, "orders": 5, "returns": 3, "products": 2},
        {"orders": 1, "returns": 2, "products": 2, "vip": 3},
    ),
    DemoAgent(
        1002, "jason", "陳建宏", "agent", "zh-Hant", "前線", EARLY,
        {"lang:zh": 5, "lang:en": 2, "returns": 5, "orders": 3}, {"returns": 1, "orders": 2},
    ),
    DemoAgent(
        1003, "yating", "黃雅婷", "agent", "zh-Hant", "前線", LATE,
        {"lang:zh": 5, "orders": 4, "returns": 4}, {"orders": 1, "returns": 1},
        phone="+886900000903",
    ),
    DemoAgent(
        1004, "zihao", "張子豪", "agent", "zh-Hant", "選品", LATE,
        {"lang:zh": 5, "products": 5, "orders": 2}, {"products": 1, "orders": 2},
    ),
    DemoAgent(
        1005, "xiaoyu", "李晓雨", "agent", "zh-Hans", "選品", ALL_DAY,
        {"lang:zh": 5, "products": 3, "orders": 3, "returns": 2},
        {"products": 1, "orders": 2, "returns": 2},
    ),
    DemoAgent(
        1006, "grace", "吳佩珊 Grace", "agent", "en", "VIP", ALL_DAY,
        {"lang:zh": 4, "lang:en": 5, "orders": 4, "returns": 4, "products": 4},
        {"vip": 1, "orders": 1, "returns": 1, "products": 1},
    ),
    DemoAgent(
        1007, "sara", "周書瑋", "supervisor", "zh-Hant", "VIP", ALL_DAY,
        {"lang:zh": 5, "lang:en": 4, "orders": 5, "returns": 5, "products": 3}, {"vip": 2},
    ),
    DemoAgent(1008, "admin", "許志明", "admin", "en", "VIP", ALL_DAY, {"lang:zh": 5, "lang:en": 3}, {}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoPhone:
    """A number of a customer, as `identities` keeps it."""

    number: str
    label: str = "mobile"
    is_verified: bool = True
    is_former: bool = False
    confirmations: int = 0


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    """A customer; `key` is the local part of the mail address too."""

    key: str
    name: str
    language: Language
    tier: Tier
    phones: tuple[DemoPhone, ...]
    kind: CustomerKind = "person"
    note: str | None = None

    @property
    def id(self) -> UUID:
        """Stable."""
        return fixed_id(f"customer:{self.key}")

    @property
    def email(self) -> str:
        """Where the customer's mail comes from."""
        return f"{self.key}@example.com"


FAMILY_NUMBER: Final = "+886255500211"
OFFICE_NUMBER: Final = "+886255500220"
UNVERIFIED_NUMBER: Final = "+886900000121"
FORMER_NUMBER: Final = "+886900000322"
UNKNOWN_NUMBER: Final = "+886900000777"

_HOUSEHOLD = DemoPhone(FAMILY_NUMBER, "household", confirmations=2)


def _mobile(last_three: int, *, is_verified: bool = True) -> DemoPhone:
    return DemoPhone(f"+886900000{last_three}", is_verified=is_verified)


def _taiwanese(key: str, name: str, tier: Tier, last_three: int, note: str | None = None) -> DemoCustomer:
    return DemoCustomer(key, name, "zh-Hant", tier, (_mobile(last_three),), note=note)


CUSTOMERS: Final = (
    DemoCustomer("zhihao.wang", "王志豪", "zh-Hant", "gold", (_mobile(101), _HOUSEHOLD)),
    DemoCustomer("shufen.lin", "林淑芬", "zh-Hant", "silver", (_mobile(102), _HOUSEHOLD)),
    DemoCustomer("yuting.wang", "王郁婷", "zh-Hant", "standard", (_HOUSEHOLD,)),
    _taiwanese("yijun.chen", "陳怡君", "vip", 103, "習慣下午三點後聯絡；寄件請用紙箱，不要氣泡袋。"),
    _taiwanese("guanyu.li", "李冠宇", "standard", 104),
    _taiwanese("jiahui.zhang", "張家慧", "gold", 105),
    _taiwanese("junjie.liu", "劉俊傑", "standard", 106),
    _taiwanese("yachun.tsai", "蔡雅純", "silver", 107),
    _taiwanese("zongxian.yang", "楊宗憲", "standard", 108, "聽力不佳，請放慢說話。"),
    _taiwanese("peiwen.xu", "許佩雯", "standard", 109),
    _taiwanese("mingzhe.zheng", "鄭明哲", "gold", 110),
    _taiwanese("shuhua.xie", "謝淑華", "standard", 111),
    _taiwanese("wenxiong.guo", "郭文雄", "silver", 112, "上月退款曾延誤，已致歉並補送購物金。"),
    _taiwanese("xinyi.hong", "洪欣怡", "standard", 113),
    _taiwanese("bohan.qiu", "邱柏翰", "standard", 114),
    _taiwanese("huiling.zeng", "曾惠玲", "vip", 115, "室內設計師，常代客戶採購，發票開公司統編。"),
    _taiwanese("zhengxiong.liao", "廖正雄", "standard", 116),
    _taiwanese("wanru.lai", "賴婉如", "silver", 117),
    _taiwanese("jiaming.zhou", "周家銘", "standard", 118),
    _taiwanese("xiuqin.ye", "葉秀琴", "standard", 119),
    _taiwanese("zhiwei.su", "蘇志偉", "gold", 120),
    DemoCustomer(
        "chenghan.tsai", "蔡承翰", "zh-Hant", "standard", (DemoPhone(UNVERIFIED_NUMBER, is_verified=False),)
    ),
    DemoCustomer(
        "meihui.he", "何美惠", "zh-Hant", "silver",
        (_mobile(122), DemoPhone(FORMER_NUMBER, is_verified=False, is_former=True)),
    ),
    _taiwanese("jianliang.lu", "呂建良", "standard", 123),
    _taiwanese("shihan.gao", "高詩涵", "standard", 124),
    _taiwanese("yufeng.pan", "潘玉鳳", "silver", 125),
    _taiwanese("haoran.jian", "簡浩然", "standard", 126),
    _taiwanese("lihua.zhu", "朱麗華", "standard", 127),
    DemoCustomer(
        "purchasing.chenguang", "晨光咖啡有限公司", "zh-Hant", "gold",
        (DemoPhone(OFFICE_NUMBER, "switchboard", confirmations=3),), "company",
        "月結客戶，統編開立三聯式發票。",
    ),
    DemoCustomer(
        "yijun.guo", "郭怡君（晨光咖啡）", "zh-Hant", "standard",
        (_mobile(128), DemoPhone(OFFICE_NUMBER, "work", is_verified=False, confirmations=1)),
    ),
    DemoCustomer(
        "office.heyue", "和悅設計工作室", "zh-Hant", "silver",
        (DemoPhone("+886255500221", "switchboard"),), "company",
    ),
    DemoCustomer(
        "front.desk", "山嵐旅店", "zh-Hant", "vip", (DemoPhone("+886255500222", "switchboard"),), "company",
        "每季大宗採購備品，請直接轉 VIP 專線。",
    ),
    DemoCustomer("wei.zhang", "张伟", "zh-Hans", "silver", (DemoPhone("+8617000000101"),)),
    DemoCustomer("min.li", "李敏", "zh-Hans", "standard", (DemoPhone("+8617000000102"),)),
    DemoCustomer(
        "na.wang", "王娜", "zh-Hans", "gold", (DemoPhone("+8617000000103"),),
        note="寄上海，晚上才方便接听电话。",
    ),
    DemoCustomer("qiang.liu", "刘强", "zh-Hans", "standard", (DemoPhone("+8617000000104"),)),
    DemoCustomer("emily.carter", "Emily Carter", "en", "gold", (DemoPhone("+12025550143"),)),
    DemoCustomer("david.miller", "David Miller", "en", "standard", (_mobile(130),)),
    DemoCustomer(
        "sophie.laurent", "Sophie Laurent", "en", "vip", (_mobile(131),),
        note="Prefers mail. Ships to Taichung.",
    ),
    DemoCustomer(
        "purchasing.northbay", "Northbay Trading Ltd.", "en", "silver",
        (DemoPhone("+12025550166", "switchboard"),), "company",
    ),
)  # fmt: skip
