"""What the channel itself reads in a message: "send me nothing more", and "send me messages again".

English words: https://help.twilio.com/articles/223134027 (default opt-out keywords, which the carrier itself obeys on
long codes). The others are what customers here write. A message counts only when the word is all of it.
"""

import unicodedata
from enum import StrEnum
from typing import Final


class Wish(StrEnum):
    """What one word asks for."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"


_OPT_OUT: Final = frozenset(
    {
        "stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout",
        "取消訂閱", "取消订阅", "退訂", "退订", "停止", "停止訂閱", "停止订阅", "拒收", "td",
    }
)  # fmt: skip
_OPT_IN: Final = frozenset(
    {"start", "unstop", "yes", "訂閱", "订阅", "恢復訂閱", "恢复订阅", "重新訂閱", "重新订阅"}
)
_CARRIER_SAYS: Final = {"STOP": Wish.OPT_OUT, "START": Wish.OPT_IN}


def wish(body: str, *, carrier_says: str | None, is_opted_out: bool) -> Wish | None:
    """What the message asks for, None when it is an ordinary one. `carrier_says` is the field OptOutType, sent when the
    carrier's own opt-out handling has read the word. "Yes" means opting in only to who has opted out."""
    if carrier_says in _CARRIER_SAYS:
        return _CARRIER_SAYS[carrier_says]
    word = "".join(c for c in unicodedata.normalize("NFKC", body).casefold() if c.isalnum())
    if word in _OPT_OUT:
        return Wish.OPT_OUT
    return Wish.OPT_IN if is_opted_out and word in _OPT_IN else None
