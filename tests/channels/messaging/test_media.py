"""Files customers send: from the carrier alone, of kinds no browser runs, not too large, kept by us."""

import httpx
import pytest

from tests.channels.messaging.desk import API, Desk
from tests.channels.voice.line import ACCOUNT
from tests.support.stored import whole

URL = f"{API}/2010-04-01/Accounts/{ACCOUNT}/Messages/MM{'1' * 32}/Media/ME{'2' * 32}"
CDN = "https://mms.twiliocdn.com/some/signed/name?x=1"
PICTURE = b"\x89PNG picture"


async def sent_file(desk: Desk, url: str = URL, kind: str = "image/png") -> str:
    """A message with one file comes in and the file is fetched; returns `state` or `state/reason`."""
    await desk.writes("", NumMedia="1", MediaUrl0=url, MediaContentType0=kind)
    await desk.run_fetcher()
    found: str = await desk.line.value("select concat_ws('/', state, reason) from message_attachments")
    return found


async def test_a_picture_is_kept(desk: Desk) -> None:
    desk.carrier.files[URL] = httpx.Response(307, headers={"location": CDN})
    desk.carrier.files[CDN] = httpx.Response(200, headers={"content-type": "image/png"}, content=PICTURE)
    assert await sent_file(desk) == "stored"
    object_id = await desk.line.value("select object_id from message_attachments")
    assert await whole(desk.line.database, desk.files, object_id) == ("image/png", PICTURE)
    first, second = desk.carrier.asked
    assert "authorization" in first.headers
    assert "authorization" not in second.headers


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.com/2010-04-01/Accounts/x/Messages/y",
        f"http://carrier.example.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1",
        f"https://carrier.example.com:8443/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1",
        f"https://carrier.example.com@evil.example.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1",
        f"https://carrier.example.com/2010-04-01/Accounts/{ACCOUNT}/Messages/../Calls.json",
        "https://carrier.example.com/2010-04-01/Accounts/ACother/Messages/MM1",
        "http://169.254.169.254/latest/meta-data", "http://[::1]/", "http://[::ffff:169.254.169.254]/", "http://[",
        "file:///etc/passwd", "gopher://127.0.0.1:6379/_", "http://2130706433/", "//carrier.example.com/x",
    ],
)  # fmt: skip
async def test_no_other_address_is_ever_asked(desk: Desk, url: str) -> None:
    assert await sent_file(desk, url) == "refused/not_from_carrier"
    assert desk.carrier.asked == []


@pytest.mark.parametrize(
    "target",
    [
        "http://mms.twiliocdn.com/x", "https://169.254.169.254/", "https://eviltwiliocdn.com/x",
        "https://mms.twiliocdn.com:8443/x", "https://mms.twiliocdn.com@evil.example.com/x",
        "https://mms.twiliocdn.com.evil.example.com/x", "file:///etc/passwd", "",
    ],
)  # fmt: skip
async def test_redirects_to_anywhere_else_are_not_followed(desk: Desk, target: str) -> None:
    desk.carrier.files[URL] = httpx.Response(302, headers={"location": target})
    assert await sent_file(desk) == "refused/not_from_carrier"
    assert len(desk.carrier.asked) == 1


async def test_a_second_redirect_is_not_followed(desk: Desk) -> None:
    desk.carrier.files[URL] = httpx.Response(302, headers={"location": CDN})
    desk.carrier.files[CDN] = httpx.Response(302, headers={"location": CDN})
    assert await sent_file(desk) == "refused/not_from_carrier"


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/x-msdownload", ""])
async def test_what_a_browser_might_run_is_not_taken_whatever_it_was_announced_as(
    desk: Desk, kind: str
) -> None:
    desk.carrier.files[URL] = httpx.Response(200, headers={"content-type": kind}, content=b"<script>")
    assert await sent_file(desk, kind="image/png") == "refused/type_not_taken"


async def test_a_file_that_is_too_large_is_not_taken(desk: Desk) -> None:
    body = b"x" * (16 * 1024 * 1024 + 1)
    desk.carrier.files[URL] = httpx.Response(200, headers={"content-type": "video/mp4"}, content=body)
    assert await sent_file(desk) == "refused/too_large"


async def test_a_carrier_that_fails_is_asked_again_but_not_for_ever(desk: Desk) -> None:
    desk.carrier.files[URL] = httpx.Response(503)
    assert await sent_file(desk) == "pending"
    for _ in range(6):
        await desk.run_fetcher()
    assert (
        await desk.line.value("select concat_ws('/', state, reason) from message_attachments")
        == "failed/not_available"
    )


async def test_a_file_that_is_gone_is_said_to_be(desk: Desk) -> None:
    desk.carrier.files[URL] = httpx.Response(404)
    assert await sent_file(desk) == "refused/gone"
