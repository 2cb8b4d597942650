"""The site's word on who a visitor is: a JWT (RFC 7519) signed with one of the widget key's identity keys. No I/O.

The algorithm is the key's own, never the token's choice (RFC 8725, 3.1); audience, lifetime and the claims we use are
checked. Claims: OpenID Connect Core 1.0, section 5.1.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import jwt
from jwt.exceptions import PyJWTError

from app.channels.chat.errors import IdentityRefused

ALGORITHMS: Final = ("HS256", "ES256", "RS256")
LONGEST: Final = timedelta(minutes=5)  # between iat and exp
LEEWAY: Final = timedelta(seconds=30)
MAX_SUBJECT: Final = 200
MIN_RSA_BITS: Final = 2048


@dataclass(frozen=True, slots=True)
class IdentityKey:
    """What to check a token with: the secret (HS256) or the public key in PEM."""

    kid: str
    algorithm: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Person:
    """Who the site says it is. Mail and number only when the site has verified them."""

    subject: str
    name: str | None
    email: str | None
    phone: str | None


def key_id(token: str) -> str:
    """Which key the token says it was signed with. Raises IdentityRefused."""
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except PyJWTError:
        raise IdentityRefused("identity_token: is no JWT") from None
    if not isinstance(kid, str):
        raise IdentityRefused(
            "identity_token: its header needs `kid`, the name of the key it was signed with"
        )
    return kid


def person_of(token: str, key: IdentityKey, *, audience: str, now: datetime) -> Person:
    """Check the token and say who it is. Raises IdentityRefused with what is wrong, and nothing of the token's."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key.key,
            algorithms=[key.algorithm],
            audience=audience,
            # the times are checked below, by the clock of the whole product
            options={"require": ["exp", "iat", "sub", "aud"], "verify_exp": False, "verify_iat": False,
                     "verify_nbf": False},
        )  # fmt: skip
    except PyJWTError as error:
        raise IdentityRefused(
            f"identity_token: {_WHY.get(type(error).__name__, 'the signature is wrong')}"
        ) from None
    _check_times(claims, now)
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject.strip() or len(subject) > MAX_SUBJECT or "\x00" in subject:
        raise IdentityRefused(f"identity_token: `sub` must be a text of 1 to {MAX_SUBJECT} characters")
    return Person(
        subject=subject,
        name=_text(claims.get("name"), 100),
        email=_text(claims.get("email"), 254) if claims.get("email_verified") is True else None,
        phone=_text(claims.get("phone_number"), 40) if claims.get("phone_number_verified") is True else None,
    )


_WHY: Final = {
    "InvalidAudienceError": "`aud` must be the widget key",
    "MissingRequiredClaimError": "it needs sub, aud, exp and iat",
    "InvalidAlgorithmError": "`alg` must be the one of the key that `kid` names",
    "InvalidSubjectError": "`sub` must be a text",
    "DecodeError": "is no JWT",
}


def _check_times(claims: dict[str, Any], now: datetime) -> None:
    times = {name: claims.get(name) for name in ("exp", "iat", "nbf")}
    for name, value in times.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise IdentityRefused(f"identity_token: `{name}` must be a number of seconds")
    at, leeway = now.timestamp(), LEEWAY.total_seconds()
    expires, issued = float(times["exp"] or 0), float(times["iat"] or 0)
    if not expires > at - leeway:
        raise IdentityRefused("identity_token: is over; sign a new one")
    if not issued <= at + leeway or (times["nbf"] or 0) > at + leeway:
        raise IdentityRefused("identity_token: is not good yet; look at the clock of the site's server")
    if not 0 <= expires - issued <= LONGEST.total_seconds():
        raise IdentityRefused("identity_token: `exp` must be at most 5 minutes after `iat`")


def _text(value: object, longest: int) -> str | None:
    if not isinstance(value, str):
        return None
    text = " ".join(value.replace("\x00", "").split())
    return text if 0 < len(text) <= longest else None
