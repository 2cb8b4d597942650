"""Who may come in, for how long, and how often somebody may try."""

import asyncio

import pytest

from app.agents import accounts, sessions
from app.agents.sessions import WrongCredentials
from app.core.errors import InvalidInput, NotSignedIn, TooManyAttempts
from tests.agents.people import PASSWORD, SETTINGS, Person


async def test_the_right_password_opens_a_session_and_logins_ignore_case(mei: Person) -> None:
    signed_in = await mei.sign_in(login="MEI")
    principal = await mei.who(signed_in)
    assert principal is not None
    assert principal.agent_id == mei.agent_id


async def test_passwords_are_kept_as_argon2id_and_tokens_as_hashes(mei: Person) -> None:
    signed_in = await mei.sign_in()
    async with mei.database.read() as reader:
        stored = await reader.fetchval("select password_hash from agents")
        hashes = [row["token_hash"] for row in await reader.fetch("select token_hash from login_sessions")]
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored
    assert hashes == [sessions.hash_token(signed_in.token)]


def test_a_short_password_is_refused() -> None:
    with pytest.raises(InvalidInput):
        accounts.hash_password("1234567")


def test_a_broken_hash_lets_nobody_in() -> None:
    assert not accounts.verify_password("not a hash", PASSWORD)


@pytest.mark.parametrize(("login", "password"), [("mei", "wrong"), ("nobody", PASSWORD)])
async def test_a_wrong_login_and_a_wrong_password_look_alike(mei: Person, login: str, password: str) -> None:
    with pytest.raises(WrongCredentials) as error:
        await mei.sign_in(password, login=login)
    assert "login" not in str(error.value.detail) or "password" in str(error.value.detail)


async def test_a_disabled_account_cannot_come_in_and_loses_its_sessions(mei: Person) -> None:
    signed_in = await mei.sign_in()
    await mei.sql("update agents set is_enabled = false")
    assert await mei.who(signed_in) is None
    with pytest.raises(WrongCredentials):
        await mei.sign_in()


async def test_signing_out_ends_this_session_and_no_other(mei: Person) -> None:
    desk, phone = await mei.sign_in(), await mei.sign_in()
    async with mei.database.transaction() as tx:
        await sessions.sign_out(tx, desk.principal)
    assert await mei.who(desk) is None
    assert await mei.who(phone) is not None


async def test_a_session_ends_after_its_longest_life_however_busy(mei: Person) -> None:
    signed_in = await mei.sign_in()
    for _ in range(SETTINGS.session_absolute_hours - 1):
        await mei.clock.advance(3600)
        async with mei.database.transaction() as tx:
            await sessions.touch_all(tx, [signed_in.principal.session_hash])
    await mei.clock.advance(3599)
    assert await mei.who(signed_in) is not None
    await mei.clock.advance(1)
    assert await mei.who(signed_in) is None


async def test_an_idle_session_ends(mei: Person) -> None:
    signed_in = await mei.sign_in()
    await mei.clock.advance(SETTINGS.session_idle_minutes * 60)
    assert await mei.who(signed_in) is None


async def test_ten_wrong_passwords_close_the_door_for_a_quarter_of_an_hour(mei: Person) -> None:
    await mei.failed(sessions.ATTEMPTS_PER_LOGIN - 1)
    with pytest.raises(WrongCredentials):
        await mei.sign_in("wrong", address="192.0.2.98")
    with pytest.raises(TooManyAttempts):
        await mei.sign_in(address="192.0.2.99")
    await mei.clock.advance(15 * 60)
    assert await mei.who(await mei.sign_in()) is not None


async def test_one_address_cannot_try_many_logins(mei: Person) -> None:
    await mei.sql(
        """insert into login_attempts (login, address) select 'login' || n, '192.0.2.1'
           from generate_series(1, $1) n""",
        sessions.ATTEMPTS_PER_ADDRESS,
    )
    with pytest.raises(TooManyAttempts):
        await mei.sign_in()
    assert await mei.sign_in(address="192.0.2.2")


async def test_the_right_password_forgives_earlier_mistakes(mei: Person) -> None:
    await mei.failed(sessions.ATTEMPTS_PER_LOGIN - 1)
    await mei.sign_in()
    with pytest.raises(WrongCredentials):
        await mei.sign_in("wrong")


async def test_a_ticket_opens_one_socket(mei: Person) -> None:
    ticket = await mei.ticket(await mei.sign_in())
    results = await asyncio.gather(*(mei.redeem(ticket) for _ in range(4)), return_exceptions=True)
    assert sum(not isinstance(r, BaseException) for r in results) == 1
    assert sum(isinstance(r, NotSignedIn) for r in results) == 3


async def test_a_ticket_lives_for_thirty_seconds(mei: Person) -> None:
    ticket = await mei.ticket(await mei.sign_in())
    await mei.clock.advance(30)
    with pytest.raises(NotSignedIn):
        await mei.redeem(ticket)


async def test_a_ticket_of_an_ended_session_opens_nothing(mei: Person) -> None:
    signed_in = await mei.sign_in()
    ticket = await mei.ticket(signed_in)
    async with mei.database.transaction() as tx:
        await sessions.sign_out(tx, signed_in.principal)
    with pytest.raises(NotSignedIn):
        await mei.redeem(ticket)


async def test_sockets_of_ended_sessions_are_named_for_closing(mei: Person) -> None:
    desk, phone = await mei.sign_in(), await mei.sign_in()
    async with mei.database.transaction() as tx:
        await sessions.sign_out(tx, desk.principal)
    hashes = [desk.principal.session_hash, phone.principal.session_hash]
    async with mei.database.read() as reader:
        good = await sessions.enabled_session_hashes(reader, SETTINGS, hashes)
    assert good == {phone.principal.session_hash}
