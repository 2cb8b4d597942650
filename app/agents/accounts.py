"""Agent accounts and passwords (argon2id)."""

from dataclasses import dataclass
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.db import Reader, Record, Transaction
from app.core.errors import InvalidInput, NotFound
from app.core.ids import new_id

_hasher = PasswordHasher()  # argon2-cffi's defaults follow RFC 9106's second recommended option

MINIMUM_PASSWORD_LENGTH = 8  # OWASP ASVS 5.0, 6.2.1


@dataclass(frozen=True, slots=True)
class Account:
    """One row of `agents`."""

    id: UUID
    login: str
    display_name: str
    password_hash: str
    role: str
    locale: str
    team_id: UUID | None
    softphone_identity: str
    is_enabled: bool


_COLUMNS = "id, login, display_name, password_hash, role, locale, team_id, softphone_identity, is_enabled"


def _account(row: Record) -> Account:
    return Account(**dict(row.items()))


def hash_password(password: str) -> str:
    """Raises InvalidInput when it is too short."""
    if len(password) < MINIMUM_PASSWORD_LENGTH:
        raise InvalidInput.of("password", f"use at least {MINIMUM_PASSWORD_LENGTH} characters")
    return _hasher.hash(password)


def verify_password(password_hash: str, password: str) -> bool:
    """Whether the password fits. Takes tens of milliseconds of CPU: call it in a thread."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


async def find_by_login(reader: Reader, login: str) -> Account | None:
    """Logins are case-insensitive."""
    row = await reader.fetchrow(f"select {_COLUMNS} from agents where login = lower($1)", login)  # noqa: S608
    return _account(row) if row else None


async def get(reader: Reader, agent_id: UUID) -> Account:
    """Raises NotFound."""
    row = await reader.fetchrow(f"select {_COLUMNS} from agents where id = $1", agent_id)  # noqa: S608
    if row is None:
        raise NotFound("there is no such agent")
    return _account(row)


async def create(
    tx: Transaction,
    *,
    number: int,
    login: str,
    display_name: str,
    password_hash: str,
    role: str,
    locale: str,
    team_id: UUID | None = None,
    units: int = 1,
) -> UUID:
    """A new account with its state row; returns the id."""
    agent_id = new_id()
    await tx.execute(
        """insert into agents (id, number, login, display_name, password_hash, role, locale, team_id,
                               softphone_identity)
           values ($1, $2, lower($3), $4, $5, $6, $7, $8, $9)""",
        agent_id,
        number,
        login,
        display_name,
        password_hash,
        role,
        locale,
        team_id,
        f"agent_{agent_id.hex}",
    )
    await tx.execute("insert into agent_states (agent_id, units) values ($1, $2)", agent_id, units)
    return agent_id
