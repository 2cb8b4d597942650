"""What a newcomer needs to try the demo centre: addresses, logins, numbers, and whom to call as."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from app.core.settings import Settings
from app.customers.models import Language
from app.demo.people import (
    AGENTS,
    FAMILY_NUMBER,
    FORMER_NUMBER,
    OFFICE_NUMBER,
    UNKNOWN_NUMBER,
    UNVERIFIED_NUMBER,
)

COMPANY: Final = "青禾選物 Verdant Goods"
PASSWORD: Final = "switchboard-demo"  # noqa: S105 -- public: it opens invented data on one's own machine
MAIN_NUMBER: Final = "+886255500100"
SECOND_NUMBER: Final = "+886255500101"
WIDGET_KEY: Final = "pk_verdantgoodsdemoshop00"  # public, as every widget key is


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """An account; all have the same password."""

    login: str
    display_name: str
    role: str
    locale: Language
    number: int


@dataclass(frozen=True, slots=True)
class DemoNumber:
    """A telephone number of the shop, in E.164, and the language it answers in."""

    number: str
    label: str
    locale: Language


@dataclass(frozen=True, slots=True)
class DemoCaller:
    """Somebody to call as. `number` is E.164, or `anonymous` for a withheld number."""

    number: str
    name: str
    language: Language
    story: dict[Language, str]


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """The facts of `var/demo.json`. `is_new` tells whether this start wrote the demo centre."""

    company: str
    password: str
    addresses: dict[str, str]
    logins: tuple[DemoLogin, ...]
    numbers: tuple[DemoNumber, ...]
    callers: tuple[DemoCaller, ...]
    widget_key: str
    is_new: bool

    def as_json(self) -> dict[str, Any]:
        """Plain values only."""
        return asdict(self)


NUMBERS: Final = (
    DemoNumber(MAIN_NUMBER, "客服專線", "zh-Hant"),
    DemoNumber(SECOND_NUMBER, "English line", "en"),
)


def _caller(number: str, name: str, language: Language, hant: str, hans: str, en: str) -> DemoCaller:
    return DemoCaller(number, name, language, {"zh-Hant": hant, "zh-Hans": hans, "en": en})


CALLERS: Final = (
    _caller(
        "+886900000103", "陳怡君", "zh-Hant",
        "VIP 會員，號碼已驗證", "VIP 会员，号码已验证", "VIP, verified number",
    ),
    _caller(
        "+886900000105", "張家慧", "zh-Hant",
        "金卡會員，號碼已驗證", "金卡会员，号码已验证", "Gold member, verified number",
    ),
    _caller(
        FAMILY_NUMBER, "王家", "zh-Hant",
        "全家共用的市話，三位可能的客戶", "全家共用的座机，三位可能的客户",
        "Family line: three possible customers",
    ),
    _caller(
        OFFICE_NUMBER, "晨光咖啡", "zh-Hant",
        "公司總機，公司與採購共用", "公司总机，公司与采购共用", "Company switchboard shared by two",
    ),
    _caller(
        UNVERIFIED_NUMBER, "蔡承翰", "zh-Hant",
        "號碼尚未驗證", "号码尚未验证", "Number not verified yet",
    ),
    _caller(
        FORMER_NUMBER, "何美惠（舊號）", "zh-Hant",
        "以前的號碼", "以前的号码", "A number she used before",
    ),
    _caller(
        "+8617000000103", "王娜", "zh-Hans",
        "大陸客戶，簡體中文", "大陆客户，简体中文", "Customer in mainland China",
    ),
    _caller(
        "+12025550143", "Emily Carter", "en",
        "英語客戶", "英语客户", "English-speaking customer",
    ),
    _caller(
        UNKNOWN_NUMBER, "新客", "zh-Hant",
        "從未來電的號碼", "从未来电的号码", "Has never called before",
    ),
    _caller(
        "anonymous", "不顯示號碼", "zh-Hant",
        "隱藏號碼", "隐藏号码", "Withheld number",
    ),
)  # fmt: skip


def summary(settings: Settings, *, is_new: bool) -> DemoSummary:
    """The same for every demo centre but for its addresses."""
    base = settings.public_base_url
    return DemoSummary(
        company=COMPANY,
        password=PASSWORD,
        addresses={
            "console": f"{base}/console",
            "simulator": f"{base}/simulator",
            "help_centre": f"{base}/help",
            "shop": f"http://127.0.0.1:{settings.simulator_port}/shop",
            "simulator_api": f"http://127.0.0.1:{settings.simulator_port}/sim",
            "api_docs": f"{base}/api/docs",
            "api": f"{base}/api/v1",
        },
        logins=tuple(DemoLogin(a.login, a.name, a.role, a.locale, a.number) for a in AGENTS),
        numbers=NUMBERS,
        callers=CALLERS,
        widget_key=WIDGET_KEY,
        is_new=is_new,
    )
