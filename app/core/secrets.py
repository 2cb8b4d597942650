"""The one secret of an installation, and what is derived from it: signatures and shared secrets that need no storing.

Each purpose has a key of its own (HMAC-SHA-256 over its name, the "expand" step of RFC 5869), so that what signs
one thing can never be used for another.
"""

import hashlib
import hmac
import os
import secrets
from functools import cache
from pathlib import Path

from app.core.settings import Settings

FILE = "secret.key"
_LENGTH = 64  # characters of hexadecimal: 256 bits


def derived(settings: Settings, purpose: str, salt: bytes = b"") -> bytes:
    """32 bytes for this purpose. Raises OSError when the secret must be made and cannot be written."""
    return hmac.digest(_master(settings), purpose.encode() + b"\x00" + salt, hashlib.sha256)


def _master(settings: Settings) -> bytes:
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    return _kept(settings.home)


@cache
def _kept(home: Path) -> bytes:
    """The secret in the file, made at the first use. Two processes that begin together agree on one: it is written
    beside and linked into place, and whoever comes second reads the first one's."""
    path = home / FILE
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        draft = home / f"{FILE}.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(_LENGTH // 2))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first
        finally:
            draft.unlink(missing_ok=True)
    return path.read_bytes().strip()
