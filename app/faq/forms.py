"""The forms of an answer: full (Markdown), short, steps for the ear; what was left out is made of the rest. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.faq.entries import MAX_STEP_CHARS, MAX_STEPS
from app.faq.models import ArticleContent

SHORT_CHARS = 300  # of a short form made from a long one

_MARKUP = (
    (re.compile(r"```.*?```", re.DOTALL), " "),  # code is nothing for the ear
    (re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s[^)]*)?\)"), r"\1"),  # links and pictures keep their words
    (re.compile(r"<(?:https?|mailto):[^>\s]*>|https?://[^\s)]+", re.IGNORECASE), ""),
    (re.compile(r"</?[A-Za-z][^>\n]*>"), ""),
    (re.compile(r"^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+(?:\[[ xX]\]\s+)?)", re.MULTILINE), ""),
    (re.compile(r"^\s*(?:[-*_]\s*){3,}$", re.MULTILINE), ""),
    (re.compile(r"^\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*:?-*:?\s*$", re.MULTILINE), ""),
    (re.compile(r"\s*\|\s*"), " "),
    (re.compile(r"(?<!\\)(\*\*|__|\*|~~|`)(?=\S)(.+?)(?<=[^\s\\])\1"), r"\2"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])"), r"\1"),
)


def plain_text(markdown: str) -> str:
    """What a voice can read of an answer: words without markup, addresses or tables' lines, one space between them.

    Numbers of lists stay, since they are heard as steps. Syntax: https://spec.commonmark.org/0.31.2/ and GitHub's
    tables; what is not recognised stays as it is."""
    for pattern, kept in _MARKUP:
        markdown = pattern.sub(kept, markdown)
    return " ".join(markdown.split())


_END_OF_SENTENCE = re.compile(r"(?<=[。！？；])\s*|(?<=[!?])\s+|(?<=[^\d\s]\.)\s+")


def with_all_forms(content: ArticleContent) -> ArticleContent:
    """The content with every form of its answer; those that were written stay as they are.

    The full form is made of the short one and the numbered steps; the short one of the first sentences of the full one;
    the steps of the sentences of the short one where that was written, else of the full one. A content without any
    answer stays without.
    """
    full = content.answer or "\n\n".join(
        part for part in (content.answer_short, _numbered(content.spoken_steps)) if part
    )
    plain = plain_text(full)
    short = content.answer_short or " ".join(_first(_packed(plain, SHORT_CHARS)))
    steps = content.spoken_steps or tuple(_packed(content.answer_short or plain, MAX_STEP_CHARS))[:MAX_STEPS]
    return replace(content, answer=full, answer_short=short, spoken_steps=steps)


def _numbered(steps: Sequence[str]) -> str:
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _first(pieces: Iterator[str]) -> list[str]:
    return [piece for piece in [next(pieces, "")] if piece]


def _packed(text: str, limit: int) -> Iterator[str]:
    """Whole sentences, as many together as fit; a sentence that is too long by itself is cut at a space or anywhere."""
    held = ""
    for sentence in (s for s in _END_OF_SENTENCE.split(text) if s):
        gap = " " if held and held[-1] in ".!?" else ""
        if held and len(held) + len(gap) + len(sentence) > limit:
            yield held
            held, gap = "", ""
        held += gap + sentence
        while len(held) > limit:
            at = held.rfind(" ", limit // 2, limit)
            at = at if at > 0 else limit
            yield held[:at]
            held = held[at:].lstrip()
    if held:
        yield held
