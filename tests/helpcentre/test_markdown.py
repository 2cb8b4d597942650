"""Markdown is shown, never obeyed: no text of an article can bring a script, a form or an image into a page."""

import re

import pytest

from app.helpcentre.markdown import to_html, to_text

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a <b onclick=alert(1)>b</b>",
    "<!-- --><svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&#58;alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "[x](//evil.example)",
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.png)",
    '[x](https://a.example "\\" onmouseover=alert(1) x=\\"")',
    "[a]: javascript:alert(1)\n\n[a]",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "|a|b|\n|-|-|\n|<script>|[x](javascript:1)|",
]
TAG = re.compile(r"<(/?)([a-z0-9]+)((?:\s+[a-z]+=\"[^\"]*\")*)\s*/?>")
TAGS = {
    "p",
    "a",
    "em",
    "strong",
    "code",
    "pre",
    "ul",
    "ol",
    "li",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "div",
}


@pytest.mark.parametrize("markdown", HOSTILE)
def test_hostile_text_stays_text(markdown: str) -> None:
    html = to_html(markdown)
    rest = TAG.sub("", html)
    assert "<" not in rest, "every angle bracket is a tag of ours or escaped"
    for _, name, attributes in TAG.findall(html):
        assert name in TAGS
        assert set(re.findall(r'([a-z]+)="[^"]*"', attributes)) <= {
            "href",
            "title",
            "rel",
            "class",
            "tabindex",
        }
    for target in re.findall(r'href="([^"]*)"', html):
        assert target.startswith(("https://", "http://", "mailto:", "tel:", "/help", "#"))


def test_what_people_write_is_kept() -> None:
    html = to_html(
        "# Big\n\n1. **Pay** at <https://a.example>\n2. call [us](tel:+886255500100)\n\n|a|b|\n|-|-|\n|1|2|"
    )
    assert "<h2>Big</h2>" in html, "the question is the page's only h1"
    assert "<strong>Pay</strong>" in html
    assert '<a href="https://a.example" rel="noopener noreferrer">' in html
    assert 'href="tel:+886255500100"' in html
    assert "<td>2</td>" in html


def test_plain_words_have_no_marks() -> None:
    assert (
        to_text("**Pay** now:\n\n1. with a [card](https://a.example)\n2. or `cash`")
        == "Pay now: with a card or cash"
    )


@pytest.mark.parametrize("limit", [1, 5, 20, 60])
def test_a_cut_text_ends_at_a_word(limit: int) -> None:
    words = "one two three four five six seven eight nine ten eleven twelve"
    cut = to_text(words, limit)
    assert len(cut) <= limit + 1
    assert cut.endswith("…")
    if limit >= 20:
        assert cut.removesuffix("…").split()[-1] in words.split()


@pytest.mark.parametrize("markdown", ["[" * 5000, "*" * 20_000, "> " * 5000, "`" * 9999, "\x00", "|" * 9999])
def test_no_text_breaks_it(markdown: str) -> None:
    assert isinstance(to_html(markdown), str)
    assert isinstance(to_text(markdown, 100), str)
