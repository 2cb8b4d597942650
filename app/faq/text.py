"""Text to search terms, the same for articles and for questions. Pure; no input may break it.

Recipe (measured in docs/faq.md): NFKC, lower case, Traditional to Simplified; Chinese as single
characters plus overlapping bigrams, English as Snowball stems without stop words, numbers and codes whole.
"""

import hashlib
import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, cast

import opencc
import Stemmer

from app.faq.words import (
    ASKING,
    CLOSING_LINES,
    COURTESY,
    ENGLISH_LIGHT_WORDS,
    ENGLISH_STOP_WORDS,
    FILLER_PHRASES,
    GREETING_LINES,
    WANTING,
)

TOKENISER_VERSION = 2  # raised when the terms of a text change, so that the index is rebuilt

MAX_TEXT_CHARS = 20_000  # characters of an article or a mail that are looked at
MAX_SENTENCE_CHARS = 300  # characters of one sentence of a question
MAX_SENTENCES = 24  # sentences of one question that are searched
WANTED = 0.85  # what a sentence counts that tells what is wrong or wanted, against one that asks …
TELLING = 0.7  # … and one that tells anything else, or is a courtesy
MAX_WORD_CHARS = 40  # a longer "word" is noise (base64, a line of dashes) and is cut

_HAN = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_TOKEN = re.compile(
    rf"(?P<han>[{_HAN}]+)"
    r"|(?P<code>[a-z]*\d[a-z0-9]*(?:[.\-:/][a-z0-9]*\d[a-z0-9]*)*)"
    rf"|(?P<word>(?:(?![{_HAN}])[^\W\d_])+(?:'(?:(?![{_HAN}])[^\W\d_])+)*)"
)
_HAN_RUN = re.compile(f"[{_HAN}]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_SENTENCE = re.compile(r"(?:[^\n\r。！？!?；;.]|\.(?!\s|$))+[？?]?")
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe0f]"
)
_FOLDED = str.maketrans({"妳": "你", "您": "你", "’": "'", "‘": "'", "ʼ": "'"})
_CONVERTER = opencc.OpenCC("t2s")
_LOCAL = threading.local()  # a Stemmer keeps a buffer and may be used by one thread only


class TokenKind(StrEnum):
    """What a search term was made from; only words are open to spelling repair."""

    HAN = "han"
    BIGRAM = "bigram"
    WORD = "word"
    CODE = "code"


class Token(NamedTuple):
    """One search term, and the word as written for spelling repair."""

    term: str
    surface: str
    kind: TokenKind


def clean(text: str) -> str:
    """Drop what PostgreSQL or OpenCC refuse (NUL, lone surrogates) and what nobody sees (zero width)."""
    cut = text[:MAX_TEXT_CHARS].encode("utf-8", "ignore").decode("utf-8")
    return _UNSEEN.sub("", cut)


def normalise(text: str) -> str:
    """Fold width, case and script: `ＲＥＦＵＮＤ 退貨` becomes `refund 退货`. Show customers the original."""
    folded = unicodedata.normalize("NFKC", clean(text)).lower().translate(_FOLDED)
    return cast(str, _CONVERTER.convert(folded))


def tokens(text: str) -> list[Token]:
    """The search terms of a text in reading order, repeats kept; empty for blank or symbol-only text."""
    prepared = _THOUSANDS.sub("", drop_fillers(normalise(text)))
    found: list[Token] = []
    for match in _TOKEN.finditer(prepared):
        piece = match.group()
        match match.lastgroup:
            case "han":
                found.extend(_han_tokens(piece))
            case "code":
                found.append(Token(piece[:MAX_WORD_CHARS], piece[:MAX_WORD_CHARS], TokenKind.CODE))
            case _:
                found.extend(_word_tokens(piece))
    return found


def han_runs(prepared: str) -> list[str]:
    """The unbroken runs of Chinese characters in a prepared text."""
    return _HAN_RUN.findall(prepared)


def meaning(text: str) -> str:
    """A text as the sentence encoder reads it: folded like the terms, politeness left out, of bounded length."""
    folded = normalise(text)[:MAX_SENTENCE_CHARS]
    return " ".join((drop_fillers(folded).strip(" ,，。") or folded).split())


def terms(text: str) -> list[str]:
    """The bare search terms of a text."""
    return [token.term for token in tokens(text)]


def wording_key(found: Sequence[Token]) -> str:
    """Equal for texts that say the same words in the same order, in whatever script, width or case."""
    return hashlib.blake2b(" ".join(token.term for token in found).encode(), digest_size=12).hexdigest()


def urgency(text: str) -> float:
    """How much a sentence looks like the matter of a mail: 1 asks, less tells what is wrong, least tells or thanks."""
    folded = normalise(text)
    if COURTESY.search(folded):
        return TELLING
    if ASKING.search(folded):
        return 1.0
    return WANTED if WANTING.search(folded) else TELLING


def content_words(found: Sequence[Token]) -> float:
    """How many words of meaning a question has; a Chinese word is counted as two characters."""
    weights = {TokenKind.HAN: 0.5, TokenKind.BIGRAM: 0.0, TokenKind.WORD: 1.0, TokenKind.CODE: 1.0}
    return sum(weights[token.kind] for token in found if token.surface not in ENGLISH_LIGHT_WORDS)


def drop_fillers(normalised: str) -> str:
    """Take out hesitation and politeness (嗯, 那个, 请问 …) that speech and mail bring along."""
    return FILLER_PHRASES.sub(" ", normalised)


def sentences(text: str) -> list[str]:
    """A question in the pieces it is searched by: a mail as one query finds nothing, its sentences do.

    Greetings, quoted lines and what follows a closing line (the signature) are left out; at most `MAX_SENTENCES`
    of `MAX_SENTENCE_CHARS` characters.
    """
    pieces: list[str] = []
    for line in clean(text).splitlines():
        if line.lstrip().startswith(">"):
            continue
        for piece in (match.group().strip() for match in _SENTENCE.finditer(line)):
            folded = normalise(piece)
            if pieces and CLOSING_LINES.fullmatch(folded):
                return pieces
            if piece and not GREETING_LINES.fullmatch(folded):
                pieces.append(piece[:MAX_SENTENCE_CHARS])
            if len(pieces) == MAX_SENTENCES:
                return pieces
    return pieces


def _han_tokens(run: str) -> Iterator[Token]:
    for character in run:
        yield Token(character, character, TokenKind.HAN)
    for first, second in pairwise(run):
        yield Token(first + second, first + second, TokenKind.BIGRAM)


def _word_tokens(word: str) -> Iterator[Token]:
    if word in ENGLISH_STOP_WORDS or word.endswith("n't"):
        return
    base = word.split("'", 1)[0][:MAX_WORD_CHARS]
    if base and base not in ENGLISH_STOP_WORDS:
        yield Token(stem(base), base, TokenKind.WORD)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The Snowball (English) stem of a lower-case word; other alphabets pass through."""
    if not hasattr(_LOCAL, "stemmer"):
        _LOCAL.stemmer = Stemmer.Stemmer("english")
    return cast(str, _LOCAL.stemmer.stemWord(word))
