"""The keys a site signs identities with. A secret is derived from our own and the row's salt, so none is stored."""

import os

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from app.channels.chat.errors import KeyTaken
from app.channels.chat.identity_tokens import MIN_RSA_BITS, IdentityKey
from app.core import secrets
from app.core.db import Reader, Record, Transaction, rows_changed
from app.core.errors import InvalidInput
from app.core.settings import Settings

_PURPOSE = "widget.identity"


def secret_of(settings: Settings, widget_key: str, kid: str, salt: bytes) -> str:
    """The shared secret of an HS256 key, 64 characters; the site keeps it on its server."""
    return secrets.derived(settings, f"{_PURPOSE}|{widget_key}|{kid}", salt).hex()


async def find(reader: Reader, settings: Settings, widget_key: str, kid: str) -> IdentityKey | None:
    """The key of this name, ready to check with."""
    row = await reader.fetchrow(
        "select algorithm, public_key, salt from widget_identity_keys where widget_key = $1 and kid = $2",
        widget_key,
        kid,
    )
    if row is None:
        return None
    if row["algorithm"] == "HS256":
        return IdentityKey(kid, "HS256", secret_of(settings, widget_key, kid, row["salt"]).encode())
    return IdentityKey(kid, row["algorithm"], row["public_key"].encode())


async def listed(reader: Reader, widget_keys: list[str]) -> dict[str, list[Record]]:
    """The keys of these widget keys, oldest first: kid, algorithm, created_at."""
    found: dict[str, list[Record]] = {key: [] for key in widget_keys}
    for row in await reader.fetch(
        """select widget_key, kid, algorithm, created_at from widget_identity_keys
           where widget_key = any($1) order by created_at, kid""",
        widget_keys,
    ):
        found[row["widget_key"]].append(row)
    return found


async def add(
    tx: Transaction, settings: Settings, widget_key: str, *, kid: str, algorithm: str, public_key: str | None
) -> str | None:
    """Add a key; returns the secret of an HS256 one, the only time it is told. Raises InvalidInput or KeyTaken."""
    if algorithm == "HS256" and public_key is not None:
        raise InvalidInput.of("public_key", "HS256 has none: we make the secret and show it once")
    if algorithm != "HS256":
        _check_public(algorithm, public_key)
    salt = os.urandom(16)
    tag = await tx.execute(
        """insert into widget_identity_keys (widget_key, kid, algorithm, public_key, salt)
           values ($1, $2, $3, $4, $5) on conflict do nothing""",
        widget_key,
        kid,
        algorithm,
        public_key,
        salt,
    )
    if not rows_changed(tag):
        raise KeyTaken(f"there is a key {kid!r} already; choose another name")
    return secret_of(settings, widget_key, kid, salt) if algorithm == "HS256" else None


async def remove(tx: Transaction, widget_key: str, kid: str) -> bool:
    """Nothing signed with it is good from now on; False when it was not there."""
    tag = await tx.execute(
        "delete from widget_identity_keys where widget_key = $1 and kid = $2", widget_key, kid
    )
    return bool(rows_changed(tag))


def _check_public(algorithm: str, pem: str | None) -> None:
    what = "an EC key on P-256" if algorithm == "ES256" else f"an RSA key of {MIN_RSA_BITS} bits or more"
    wrong = InvalidInput.of("public_key", f"must be the public half, in PEM, of {what}")
    if pem is None or "PRIVATE" in pem:
        raise wrong
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise wrong from None
    match algorithm, key:
        case "ES256", ec.EllipticCurvePublicKey() if isinstance(key.curve, ec.SECP256R1):
            return
        case "RS256", rsa.RSAPublicKey() if key.key_size >= MIN_RSA_BITS:
            return
    raise wrong
