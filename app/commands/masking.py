"""What a command may print of a setting: secrets, and passwords inside addresses, are never shown."""

import re

from pydantic import SecretStr

HIDDEN = "(secret)"
# The password of `scheme://user:password@host`. It may hold any sign, a slash or an @ included, so everything up to
# the last @ is taken: hiding too much is harmless here.
_IN_ADDRESS = re.compile(r"(?P<before>[a-z][a-z0-9+.-]*://[^:/?#@\s]*:)\S*(?=@)", re.IGNORECASE)
# libpq also takes it as a parameter: `?password=…`, `sslpassword=…`, and `password=…` between blanks.
_AS_PARAMETER = re.compile(r"(?P<before>password=)[^&\s]+", re.IGNORECASE)


def without_secrets(value: object) -> str:
    """The value of a setting as text, fit for a terminal or a ticket."""
    if isinstance(value, SecretStr):
        return HIDDEN if value.get_secret_value() else ""
    shown = _IN_ADDRESS.sub(rf"\g<before>{HIDDEN}", str(value))
    return _AS_PARAMETER.sub(rf"\g<before>{HIDDEN}", shown)
