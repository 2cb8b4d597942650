"""What self-service reads aloud of an article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.faq.forms import plain_text


@pytest.mark.parametrize(
    ("markdown", "heard"),
    [
        ("登入後，到**我的訂單**查看。", "登入後，到我的訂單查看。"),
        ("Open *My orders* or `Account`.", "Open My orders or Account."),
        ('# 退貨\n\n請先[申請](https://shop.example.com/returns "表單")。', "退貨 請先申請。"),
        ("1. **Preparing**: packing\n2. Shipped", "1. Preparing: packing 2. Shipped"),
        ("- 門市\n- 宅配\n* 超商\n- [ ] 待辦", "門市 宅配 超商 待辦"),
        ("> 注意：七天內", "注意：七天內"),
        ("See https://shop.example.com/a_b or <https://x.example.com>.", "See or ."),
        ("![照片](https://x.example.com/a.png) 如圖", "照片 如圖"),
        ("| 方式 | 天數 |\n|---|---:|\n| 宅配 | 2 |", "方式 天數 宅配 2"),
        ("A\n\n---\n\nB", "A B"),
        ("```\nrm -rf\n```\nDone", "Done"),
        ("價格 5 * 3 = 15，2 * 2", "價格 5 * 3 = 15，2 * 2"),
        ("file_name_here 保留", "file_name_here 保留"),
        ("<b>重要</b> ~~舊~~", "重要 舊"),
        (r"\*不是強調\*", "*不是強調*"),
        ("", ""),
    ],
)
def test_markup_is_not_read_aloud(markdown: str, heard: str) -> None:
    assert plain_text(markdown) == heard


@given(st.text())
def test_any_text_stays_one_line(text: str) -> None:
    assert "\n" not in plain_text(text)


@given(st.text(alphabet="一二三四五六七八九十，。 "))
def test_plain_words_are_kept(text: str) -> None:
    assert plain_text(text) == " ".join(text.split())
