"""A person who signs in."""

from dataclasses import dataclass
from uuid import UUID

from app.agents import sessions
from app.agents.sessions import SignedIn
from app.core.auth import Principal
from app.core.db import Database
from app.core.settings import Settings
from tests.support.clock import FakeClock

PASSWORD = "correct horse battery"
SETTINGS = Settings(_env_file=None)


@dataclass
class Person:
    """An account and what its owner does."""

    database: Database
    clock: FakeClock
    agent_id: UUID

    async def sign_in(
        self, password: str = PASSWORD, *, login: str = "mei", address: str = "192.0.2.1"
    ) -> SignedIn:
        """Sign in; raises what the product raises."""
        return await sessions.sign_in(
            self.database, SETTINGS, login=login, password=password, address=address, user_agent="test"
        )

    async def who(self, signed_in: SignedIn) -> Principal | None:
        """Whom this session's cookie stands for now."""
        async with self.database.read() as reader:
            return await sessions.resolve(reader, SETTINGS, sessions.hash_token(signed_in.token))

    async def ticket(self, signed_in: SignedIn) -> str:
        """A ticket for a socket."""
        async with self.database.transaction() as tx:
            ticket, _ = await sessions.issue_ticket(tx, signed_in.principal)
        return ticket

    async def redeem(self, ticket: str) -> Principal:
        """Open a socket with it; raises NotSignedIn."""
        async with self.database.transaction() as tx:
            return await sessions.redeem_ticket(tx, SETTINGS, ticket)

    async def failed(self, times: int) -> None:
        """So many wrong passwords were tried, each from elsewhere."""
        await self.sql(
            """insert into login_attempts (login, address)
               select 'mei', '198.51.100.' || n from generate_series(1, $1) n""",
            times,
        )

    async def sql(self, sql: str, *args: object) -> None:
        """Change something behind everybody's back."""
        async with self.database.transaction() as tx:
            await tx.execute(sql, *args)
