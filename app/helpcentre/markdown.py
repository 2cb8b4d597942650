"""Markdown of an article as safe HTML, and as plain words. Pure.

Markup in the text is shown as written, never obeyed; links go to the web, mail and telephone only; there are no images,
which would tell another host who reads what.
"""

import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

_SAFE_LINK = re.compile(r"(?:https?://|mailto:|tel:|/(?!/)|#)", re.IGNORECASE)
_DEEPEST_HEADING = 6


class _Renderer(RendererHTML):
    """HTML below the page's own heading, with links that tell the other side nothing."""

    def heading_open(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        """One level lower: the question is the page's h1."""
        return f"<{_lower(tokens[at].tag)}>"

    def heading_close(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        """The same level."""
        return f"</{_lower(tokens[at].tag)}>\n"

    def link_open(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        """Without our address as the referrer."""
        tokens[at].attrSet("rel", "noopener noreferrer")
        return self.renderToken(tokens, at, options, env)

    def table_open(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        """In a box that scrolls by itself on a narrow screen."""
        return '<div class="table" tabindex="0"><table>\n'

    def table_close(self, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
        """And its end."""
        return "</table></div>\n"


def _lower(tag: str) -> str:
    return f"h{min(int(tag[1]) + 1, _DEEPEST_HEADING)}"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
    parser.enable("table").disable(["image", "html_block", "html_inline"])
    parser.validateLink = lambda url: _SAFE_LINK.match(url.strip()) is not None  # type: ignore[method-assign]
    return parser


_PARSER = _parser()


def to_html(markdown: str) -> str:
    """Safe HTML, whatever the text holds."""
    return str(_PARSER.render(markdown))


def to_text(markdown: str, limit: int | None = None) -> str:
    """The words on one line; cut at a word after `limit` characters."""
    pieces: list[str] = []
    for token in _PARSER.parse(markdown):
        if token.type == "inline":
            pieces.append("".join(_words(child) for child in token.children or ()))
        elif token.type in {"fence", "code_block"}:
            pieces.append(token.content)
    text = " ".join(" ".join(pieces).split())
    if limit is None or len(text) <= limit:
        return text
    cut = text[:limit]
    if text[limit].isascii() and " " in cut[limit // 2 :]:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:，；：、") + "…"


def _words(token: Token) -> str:
    return " " if token.type in {"softbreak", "hardbreak"} else token.content
