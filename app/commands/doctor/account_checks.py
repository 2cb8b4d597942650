"""The account itself: credentials, key, application, and the countries it may call."""

from datetime import datetime, timedelta

from app.commands.doctor.account import AccountReader, Answer, NoAnswer
from app.commands.doctor.findings import Finding, failed, ok, skipped, warning
from app.core.settings import Settings

MOST_SKEW = timedelta(
    seconds=30
)  # tokens made by a clock further off are refused as not yet or no longer valid
CONSOLE = "Twilio Console > Account > API keys & tokens"
GEO = "Twilio Console > Voice > Settings > Geo permissions"


async def check_account(reader: AccountReader, now: datetime) -> tuple[list[Finding], bool]:
    """Whether the credentials open an account that works; and whether it is worth while to ask it more."""
    name = "account.credentials"
    try:
        answer = await reader.account()
    except NoAnswer as error:
        mend = "check the way out (firewall, proxy) and SWITCHBOARD_TWILIO_API_BASE_URL; status.twilio.com"
        return [failed(name, f"Twilio's REST interface does not answer: {error}", mend)], False
    if answer.status in (401, 403, 404):
        mend = f"{CONSOLE} > Live credentials: copy Account SID and Auth token again"
        says = f"Twilio refuses SWITCHBOARD_TWILIO_ACCOUNT_SID with SWITCHBOARD_TWILIO_AUTH_TOKEN ({answer.status})"
        return [failed(name, says, mend)], False
    if answer.status != 200:
        return [failed(name, f"Twilio answers {answer.status}", "try again; status.twilio.com")], False
    return [ok(name, "account SID and token are right"), *_standing(answer), *_clock(answer, now)], True


def _standing(answer: Answer) -> list[Finding]:
    status, kind = answer.body.get("status"), answer.body.get("type")
    if status != "active":
        mend = "Twilio Console > Account Dashboard says why; a closed account cannot be opened again"
        return [failed("account.status", f"the account is {status}", mend)]
    if kind == "Trial":
        says = "a trial account calls verified numbers only, and every caller hears Twilio's notice first"
        return [warning("account.status", says, "Twilio Console > Upgrade, before the first live day")]
    return [ok("account.status", "the account is active")]


def _clock(answer: Answer, now: datetime) -> list[Finding]:
    if answer.at is None:
        return []
    skew = abs(now - answer.at)
    if skew > MOST_SKEW:
        says = f"this machine's clock is {skew.total_seconds():.0f} s off: browser phones' tokens will be refused"
        return [
            failed("machine.clock", says, "let the machine keep its time by NTP (timedatectl set-ntp true)")
        ]
    return [ok("machine.clock", "this machine's clock agrees with Twilio's")]


async def check_key(reader: AccountReader) -> Finding:
    """Whether the API key that signs the browser phones' tokens is the account's and its secret right."""
    name = "key.credentials"
    new = f"{CONSOLE} > Create API key (type Standard), and set SWITCHBOARD_TWILIO_API_KEY_SID and …_SECRET"
    try:
        known, asked = await reader.key(), await reader.as_key()
    except NoAnswer as error:
        return skipped(name, f"the key could not be looked at: {error}", "try again")
    if known.status == 404:
        return failed(name, "SWITCHBOARD_TWILIO_API_KEY_SID is no key of this account", new)
    if asked.status == 401:
        says = "SWITCHBOARD_TWILIO_API_KEY_SECRET is not the secret of the key; Twilio shows it once only"
        return failed(name, says, new)
    if asked.status != 200:
        return failed(name, f"Twilio answers the key with {asked.status}", new)
    return ok(name, "the API key and its secret are right")


async def check_application(reader: AccountReader, settings: Settings) -> Finding:
    """Whether the TwiML application named is there. None is needed: browser phones are rung, they do not dial."""
    name = "application"
    if not settings.twilio_twiml_app_sid:
        return ok(name, "no TwiML app is set, and none is needed: agents dial through the service")
    try:
        answer = await reader.application()
    except NoAnswer as error:
        return skipped(name, f"the TwiML app could not be looked at: {error}", "try again")
    if answer.status == 200:
        return ok(name, f"the TwiML app {answer.body.get('friendly_name')!r} is there")
    mend = "unset SWITCHBOARD_TWILIO_TWIML_APP_SID, or Twilio Console > Voice > Manage > TwiML apps: copy its SID"
    return failed(
        name, f"SWITCHBOARD_TWILIO_TWIML_APP_SID is no TwiML app of this account ({answer.status})", mend
    )


async def check_countries(reader: AccountReader, settings: Settings) -> list[Finding]:
    """Whether Twilio lets us call the countries that agents may dial."""
    wanted = settings.dial_countries or [settings.default_region.upper()]
    if "*" in wanted:
        return [
            skipped(
                "countries", "every country may be dialled (SWITCHBOARD_DIAL_COUNTRIES=*)", f"look at {GEO}"
            )
        ]
    return [await _country(reader, code) for code in wanted]


async def _country(reader: AccountReader, code: str) -> Finding:
    name = f"countries.{code}"
    try:
        answer = await reader.country(code)
    except NoAnswer as error:
        return skipped(
            name, f"the permission to call {code} could not be looked at: {error}", f"look at {GEO}"
        )
    if answer.status != 200:
        return skipped(
            name, f"Twilio does not say whether {code} may be called ({answer.status})", f"look at {GEO}"
        )
    if answer.body.get("low_risk_numbers_enabled") is not True:
        return failed(
            name, f"Twilio lets nobody call {code} from this account", f"{GEO}: tick {code} and save"
        )
    return ok(name, f"numbers of {code} may be called")
