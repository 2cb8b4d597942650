"""Twilio's access tokens as a browser phone shows them (iam/access-tokens): who it is and until when."""

from dataclasses import dataclass

import jwt

from simulator.config import SimulatorConfig

BAD_TOKEN = 20101  # Twilio: invalid access token
EXPIRED_TOKEN = 20104  # Twilio: access token expired


class TokenError(Exception):
    """The access token is not good; `code` is Twilio's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a good token says. `expires_at`: real seconds since the epoch."""

    identity: str
    expires_at: float


def read_access_token(config: SimulatorConfig, token: object) -> AccessToken:
    """Check a token (HS256, iss = API key, sub = account, a voice grant); raises TokenError."""
    try:
        claims = jwt.decode(
            token if isinstance(token, str) else "",
            config.api_key_secret,
            algorithms=["HS256"],
            issuer=config.api_key_sid,
            options={"require": ["exp", "iss", "sub"]},
        )
    except jwt.ExpiredSignatureError:
        raise TokenError(EXPIRED_TOKEN, "the access token has expired") from None
    except jwt.PyJWTError as error:
        raise TokenError(BAD_TOKEN, f"the access token is not valid ({error})") from None
    grants = claims.get("grants")
    if claims["sub"] != config.account_sid:
        raise TokenError(BAD_TOKEN, "the access token is for another account")
    if (
        not isinstance(grants, dict)
        or not isinstance(grants.get("voice"), dict)
        or not grants.get("identity")
    ):
        raise TokenError(BAD_TOKEN, "the access token has no identity or no voice grant")
    return AccessToken(str(grants["identity"]), float(claims["exp"]))
