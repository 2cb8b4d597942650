"""All checks, in the order in which one mends them."""

from dataclasses import dataclass

import httpx

from app.commands.doctor.account import AccountReader, NoAnswer
from app.commands.doctor.account_checks import check_account, check_application, check_countries, check_key
from app.commands.doctor.address_checks import check_address
from app.commands.doctor.findings import Finding, skipped
from app.commands.doctor.number_checks import check_numbers
from app.commands.doctor.settings_checks import check_settings, is_complete
from app.core.clock import utc_now
from app.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Ours:
    """What our database knows; `numbers` is None when it could not be read."""

    numbers: list[str] | None
    by_message: list[str]


async def examine(
    settings: Settings,
    ours: Ours,
    *,
    carrier: httpx.AsyncBaseTransport | None = None,
    public: httpx.AsyncBaseTransport | None = None,
) -> list[Finding]:
    """Look at everything; nothing is changed. `carrier` and `public` carry the requests to Twilio and to our own public
    address in tests."""
    findings = check_settings(settings)
    if is_complete(findings):
        async with AccountReader(settings, carrier) as reader:
            findings += await _at_the_carrier(reader, settings, ours)
    else:
        findings.append(
            skipped("account.credentials", "the account is not asked before the settings are right")
        )
    if ours.numbers is None:
        mend = "set SWITCHBOARD_DATABASE_URL as the service has it"
        findings.append(skipped("database", "the numbers of the database could not be read", mend))
    return findings + await check_address(settings, public)


async def _at_the_carrier(reader: AccountReader, settings: Settings, ours: Ours) -> list[Finding]:
    findings, is_open = await check_account(reader, utc_now())
    if not is_open:
        return findings
    if settings.twilio_api_key_sid:
        findings.append(await check_key(reader))
    findings.append(await check_application(reader, settings))
    try:
        has = await reader.numbers()
    except NoAnswer as error:
        findings.append(skipped("numbers", f"the numbers could not be read: {error}", "try again"))
    else:
        findings += check_numbers(settings.public_base_url, ours.numbers, has, by_message=ours.by_message)
    return findings + await check_countries(reader, settings)
