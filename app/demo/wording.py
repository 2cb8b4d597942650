"""What customers of the demo shop ask about and what agents note down, per topic of the FAQ."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import opencc


@dataclass(frozen=True, slots=True)
class TopicWording:
    """One topic: its label, queue and menu choice, and words in Traditional Chinese and English."""

    label: str
    queue: str
    menu: tuple[str, str]  # key and label, in the words of the flow's author
    dispositions: tuple[str, ...]
    questions: tuple[str, ...]
    questions_en: tuple[str, ...]
    notes: tuple[str, ...]
    notes_en: tuple[str, ...]


ORDERS_MENU: Final = ("1", "訂單與配送")
RETURNS_MENU: Final = ("2", "退換貨與退款")
QUESTION_MENU: Final = ("3", "問問題")
PRODUCTS_MENU: Final = ("4", "商品諮詢與會員帳戶")

TOPICS: Final = {
    "delivery": TopicWording(
        "配送", "orders", ORDERS_MENU, ("answered", "follow_up"),
        ("我的包裹三天沒有更新了，現在到哪裡？", "可以改送到公司嗎？", "今天下單什麼時候會到？"),
        ("My parcel has not moved for three days.", "Can you deliver to my office instead?"),
        ("物流顯示卡在轉運站，已請物流今日配送並回報。", "已協助改送貨地址，明日到貨。",
         "說明配送約需兩個工作天。"),
        ("Parcel held at the depot; courier will deliver today.", "Changed the delivery address."),
    ),
    "returns": TopicWording(
        "退換貨", "returns", RETURNS_MENU, ("return_arranged", "answered"),
        ("杯子收到時破了，要怎麼換貨？", "尺寸不合可以退嗎？", "退貨的宅配什麼時候來收？"),
        ("The mug arrived broken, how do I exchange it?", "Can I return it if I have opened the box?"),
        ("已安排宅配收件，寄新品交換，免運費。", "仍在七日鑑賞期內，已建立退貨單。",
         "請客人拍照，確認運送破損後補寄。"),
        ("Exchange arranged, collection tomorrow.", "Within seven days; return label sent by mail."),
    ),
    "refund": TopicWording(
        "退款", "returns", RETURNS_MENU, ("refund_arranged", "answered"),
        ("退款什麼時候會入帳？", "我取消訂單了，錢還沒退。"),
        ("When will my refund arrive?", "I cancelled the order but have not been refunded."),
        ("退款已於昨日送出，信用卡約七到十四個工作天。", "查無退款紀錄，已請財務今日補處理。"),
        ("Refund sent yesterday; the card needs up to 14 working days.",),
    ),
    "invoice": TopicWording(
        "發票", "orders", ORDERS_MENU, ("answered", "order_changed"),
        ("發票可以改開統編嗎？", "我要補寄電子發票。"),
        ("Can I have the invoice with our company number?",),
        ("已作廢原發票並改開三聯式，電子檔寄至信箱。", "補寄電子發票證明聯。"),
        ("Reissued the invoice with the company number.",),
    ),
    "payment": TopicWording(
        "付款", "orders", ORDERS_MENU, ("answered", "order_changed"),
        ("刷卡失敗但收到扣款簡訊？", "可以改成超商付款嗎？", "有分期付款嗎？"),
        ("My card was declined but I was charged.", "Can I pay at a convenience store?"),
        ("授權未完成，銀行將於三日內自動釋放額度，已說明。", "改為超商付款，繳費期限三天。"),
        ("Authorisation was not captured; the bank releases it in three days.",),
    ),
    "membership": TopicWording(
        "會員", "products", PRODUCTS_MENU, ("answered",),
        ("我的會員點數怎麼少了？", "怎麼升級成金卡？", "忘記密碼收不到驗證信。"),
        ("How do I become a gold member?", "I cannot receive the verification mail."),
        ("點數已於上月底到期，說明效期規則。", "重寄驗證信，客人已成功登入。"),
        ("Explained the tiers; 3,200 dollars short of gold.",),
    ),
    "warranty": TopicWording(
        "保固", "returns", RETURNS_MENU, ("return_arranged", "answered"),
        ("檯燈用半年不亮了，有保固嗎？", "保固卡不見了怎麼辦？"),
        ("The lamp stopped working after six months, is it under warranty?",),
        ("保固期內，安排送修，約兩週。", "以訂單編號查得購買日，無需保固卡。"),
        ("Under warranty; repair takes about two weeks.",),
    ),
    "product": TopicWording(
        "商品諮詢", "products", PRODUCTS_MENU, ("answered", "order_changed"),
        ("羊毛毯可以機洗嗎？", "保溫瓶有別的顏色嗎？", "空氣清淨機適合幾坪？"),
        ("Can the wool blanket be machine washed?", "Does the bottle come in other colours?"),
        ("說明洗滌方式，建議手洗平放陰乾。", "推薦六坪內機型，客人會再考慮。",
         "霧藍色預計下週到貨，已登記通知。"),
        ("Hand wash only; the customer bought the wash bag too.",),
    ),
    "store": TopicWording(
        "門市", "products", PRODUCTS_MENU, ("answered",),
        ("台北門市幾點打烊？", "門市可以取網路訂單嗎？"),
        ("When does the Taipei shop close?",),
        ("門市營業到晚上九點，可取網路訂單，須帶證件。",),
        ("Shop is open until nine; pick-up is possible.",),
    ),
    "coupon": TopicWording(
        "優惠券", "orders", ORDERS_MENU, ("answered", "order_changed"),
        ("折價券輸入後顯示無效？", "生日優惠券在哪裡？"),
        ("My coupon is shown as invalid.",),
        ("折價券不適用特價品，已說明並改發九折券。", "生日券已補發到會員帳戶。"),
        ("The coupon excludes sale items; gave another one.",),
    ),
}  # fmt: skip


@cache
def simplified(text: str) -> str:
    """Taiwanese wording as mainland customers would write it."""
    converted: str = _converter().convert(text)
    return converted


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("tw2sp")


def question_words(topic: str, language: str) -> tuple[str, ...]:
    """How customers of this language ask."""
    wording = TOPICS[topic]
    if language == "en":
        return wording.questions_en
    return wording.questions if language == "zh-Hant" else tuple(map(simplified, wording.questions))


def note_words(topic: str, language: str) -> tuple[str, ...]:
    """What an agent who works in this language notes."""
    wording = TOPICS[topic]
    if language == "en":
        return wording.notes_en
    return wording.notes if language == "zh-Hant" else tuple(map(simplified, wording.notes))
