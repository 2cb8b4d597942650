"""Sign-in: server-side sessions that can be revoked, and single-use tickets for sockets.

Only hashes of tokens are stored, so a stolen database opens no session.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.agents import accounts
from app.agents.events import SessionRevoked
from app.core import audit
from app.core.auth import Principal
from app.core.db import Database, Reader, Transaction
from app.core.errors import AppError, NotSignedIn, TooManyAttempts
from app.core.ids import new_secret
from app.core.settings import Settings

TICKET_LIFETIME = timedelta(seconds=30)
ATTEMPTS_PER_LOGIN = 10  # failed, per 15 minutes
ATTEMPTS_PER_ADDRESS = 30  # an office shares one address
ATTEMPT_WINDOW = timedelta(minutes=15)

# verified when the login does not exist, so that the answer takes as long as for one that does (ASVS 6.3.8)
_NOBODY = accounts.hash_password("nobody has this password")


class WrongCredentials(AppError):
    """Login or password is wrong; which one is not said."""

    code = "wrong_credentials"
    status = 401
    title = "Wrong login or password"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: the token goes into the cookie and nowhere else."""

    token: str
    expires_at: datetime
    principal: Principal


def hash_token(token: str) -> bytes:
    """Tokens are 256 random bits, so a plain SHA-256 is enough (no salt, no stretching needed)."""
    return hashlib.sha256(token.encode()).digest()


async def sign_in(
    database: Database, settings: Settings, *, login: str, password: str, address: str, user_agent: str | None
) -> SignedIn:
    """Check the password and open a session. Raises WrongCredentials or TooManyAttempts.

    Runs in several short transactions, because a failed attempt must be remembered and the password check
    must hold no connection."""
    async with database.transaction() as tx:
        await _check_attempts(tx, login, address)
        account = await accounts.find_by_login(tx, login)
    password_hash = account.password_hash if account else _NOBODY
    fits = await asyncio.to_thread(accounts.verify_password, password_hash, password)
    async with database.transaction() as tx:
        if account is None or not fits or not account.is_enabled:
            await tx.execute(
                "insert into login_attempts (login, address) values (lower($1), $2)", login, address
            )
            actor = audit.Actor("anonymous", None, address)
            await audit.record(
                tx, actor=actor, action="session.refused", object=f"login:{login.lower()[:100]}"
            )
        else:
            return await _open(tx, settings, account, address=address, user_agent=user_agent)
    raise WrongCredentials("the login or the password is wrong")


async def _check_attempts(tx: Transaction, login: str, address: str) -> None:
    row = await tx.fetchrow(
        """select count(*) filter (where login = lower($1)) as by_login,
                  count(*) filter (where address = $2) as by_address
           from login_attempts where (login = lower($1) or address = $2) and at > switchboard_now() - $3::interval""",
        login,
        address,
        ATTEMPT_WINDOW,
    )
    if row and (row["by_login"] >= ATTEMPTS_PER_LOGIN or row["by_address"] >= ATTEMPTS_PER_ADDRESS):
        raise TooManyAttempts(
            "too many failed attempts; wait a quarter of an hour or ask an administrator",
            retry_after_seconds=int(ATTEMPT_WINDOW.total_seconds()),
        )


async def _open(
    tx: Transaction, settings: Settings, account: accounts.Account, *, address: str, user_agent: str | None
) -> SignedIn:
    token = new_secret()
    expires_at = await tx.fetchval(
        """insert into login_sessions (token_hash, agent_id, expires_at, address, user_agent)
           values ($1, $2, switchboard_now() + $3::interval, $4, $5) returning expires_at""",
        hash_token(token),
        account.id,
        timedelta(hours=settings.session_absolute_hours),
        address,
        (user_agent or "")[:300],
    )
    await tx.execute("delete from login_attempts where login = $1", account.login)
    await audit.record(tx, actor=audit.Actor("agent", account.id, address), action="session.opened")
    return SignedIn(token, expires_at, _principal(account, hash_token(token)))


def _principal(account: accounts.Account, session_hash: bytes) -> Principal:
    return Principal(
        agent_id=account.id,
        login=account.login,
        display_name=account.display_name,
        role=account.role,
        locale=account.locale,
        team_id=account.team_id,
        session_hash=session_hash,
    )


async def resolve(reader: Reader, settings: Settings, session_hash: bytes) -> Principal | None:
    """The principal of a live session: not revoked, not expired, not idle too long, account enabled."""
    row = await reader.fetchrow(
        """select a.id, a.login, a.display_name, a.role, a.locale, a.team_id
           from login_sessions s join agents a on a.id = s.agent_id and a.is_enabled
           where s.token_hash = $1 and s.revoked_at is null and s.expires_at > switchboard_now()
             and s.last_seen_at > switchboard_now() - $2::interval""",
        session_hash,
        timedelta(minutes=settings.session_idle_minutes),
    )
    if row is None:
        return None
    return Principal(
        agent_id=row["id"],
        login=row["login"],
        display_name=row["display_name"],
        role=row["role"],
        locale=row["locale"],
        team_id=row["team_id"],
        session_hash=session_hash,
    )


async def touch_all(tx: Transaction, session_hashes: list[bytes]) -> None:
    """Remember that these sessions are in use; each is written at most once a minute."""
    await tx.execute(
        """update login_sessions set last_seen_at = switchboard_now()
           where token_hash = any($1) and last_seen_at < switchboard_now() - interval '1 minute'""",
        session_hashes,
    )


async def sign_out(tx: Transaction, principal: Principal) -> None:
    """Revoke the session; its sockets close."""
    await tx.execute(
        "update login_sessions set revoked_at = switchboard_now() where token_hash = $1 and revoked_at is null",
        principal.session_hash,
    )
    await audit.record(tx, actor=audit.Actor("agent", principal.agent_id), action="session.closed")
    await tx.publish(SessionRevoked(principal.session_hash))


async def revoke_all(tx: Transaction, agent_id: UUID) -> int:
    """End every session of an agent (somebody else logs them out); their sockets close. Returns how many. Tickets
    not yet used are worth nothing then, because they lead to a session."""
    rows = await tx.fetch(
        """update login_sessions set revoked_at = switchboard_now()
           where agent_id = $1 and revoked_at is null and expires_at > switchboard_now() returning token_hash""",
        agent_id,
    )
    for row in rows:
        await tx.publish(SessionRevoked(row["token_hash"]))
    return len(rows)


async def issue_ticket(tx: Transaction, principal: Principal) -> tuple[str, datetime]:
    """A ticket for one socket, good for 30 seconds."""
    ticket = new_secret()
    expires_at = await tx.fetchval(
        """insert into socket_tickets (ticket_hash, session_hash, expires_at)
           values ($1, $2, switchboard_now() + $3::interval) returning expires_at""",
        hash_token(ticket),
        principal.session_hash,
        TICKET_LIFETIME,
    )
    await tx.execute("delete from socket_tickets where expires_at < switchboard_now() - interval '1 hour'")
    return ticket, expires_at


async def redeem_ticket(tx: Transaction, settings: Settings, ticket: str) -> Principal:
    """The principal behind a ticket, once. Raises NotSignedIn."""
    session_hash = await tx.fetchval(
        """update socket_tickets set used_at = switchboard_now()
           where ticket_hash = $1 and used_at is null and expires_at > switchboard_now()
           returning session_hash""",
        hash_token(ticket),
    )
    principal = await resolve(tx, settings, session_hash) if session_hash else None
    if principal is None:
        raise NotSignedIn("the ticket is used, expired or unknown; ask for a new one")
    await touch_all(tx, [principal.session_hash])
    return principal


async def enabled_session_hashes(reader: Reader, settings: Settings, hashes: list[bytes]) -> set[bytes]:
    """Which of these sessions are still good; sockets of the others must close."""
    rows = await reader.fetch(
        """select s.token_hash from login_sessions s join agents a on a.id = s.agent_id and a.is_enabled
           where s.token_hash = any($1) and s.revoked_at is null and s.expires_at > switchboard_now()
             and s.last_seen_at > switchboard_now() - $2::interval""",
        hashes,
        timedelta(minutes=settings.session_idle_minutes),
    )
    return {row["token_hash"] for row in rows}
