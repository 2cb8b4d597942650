"""The REST side: credentials, validation by Twilio's own document, and its error shape."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from simulator import Simulator, SteppedClock
from simulator.account import number_sid
from simulator.app import create_app
from tests.simulator.conftest import ACCOUNT, API_KEY, APPLICATION, CALLER, NUMBER, SECRET, make_config
from tests.simulator.openapi import as_openapi_request, document
from tests.simulator.product import BASE, TOKEN, Product

LEG = {"From": NUMBER, "To": "client:agent_x"}
CALL_SID = "CA" + "a" * 32
ROOM_SID = "CF" + "a" * 32


@pytest.fixture
async def checked(rest: httpx.AsyncClient) -> httpx.AsyncClient:
    """The REST client of all tests checks every answer; this one checks what it asks for, too."""

    async def check(request: httpx.Request) -> None:
        document().validate_request(as_openapi_request(request))

    rest.event_hooks["request"].append(check)
    rest.auth = httpx.BasicAuth(API_KEY, SECRET)
    return rest


async def test_all_answers_fit_twilios_document(
    sim: Simulator, product: Product, checked: httpx.AsyncClient
) -> None:
    product.script |= {"/voice": '<Enqueue waitUrl="/w">q</Enqueue>', "/w": '<Pause length="5"/>'}
    customer = await sim.phone(CALLER).call(NUMBER)
    await customer.queued()
    sim.client("agent_x")
    made = (await checked.post("/Conferences/room/Participants.json", data=LEG | {"Label": "a"})).json()
    leg = await sim.client("agent_x").rings()
    leg.accept()
    await leg.in_conference()
    room, queue = made["conference_sid"], (await checked.get("/Queues.json")).json()["queues"][0]["sid"]
    recording = (
        await checked.post(f"/Calls/{leg.sid}/Recordings.json", data={"RecordingChannels": "dual"})
    ).json()
    for path, form in {
        f"/Conferences/{room}/Participants/a.json": {"Hold": "true"},
        f"/Calls/{leg.sid}/Recordings/Twilio.CURRENT.json": {"Status": "paused"},
        f"/Queues/{queue}.json": {"MaxSize": "9"},
        f"/Conferences/{room}.json": {"Status": "completed"},
        f"/Calls/{customer.sid}.json": {"Status": "completed"},
        "/Calls.json": {"To": "+886911111111", "From": NUMBER, "Url": f"{BASE}/x"},
        "/Queues.json": {"FriendlyName": "other"},
        f"/IncomingPhoneNumbers/{number_sid(NUMBER)}.json": {"VoiceUrl": f"{BASE}/elsewhere"},
        f"/Applications/{APPLICATION}.json": {"VoiceUrl": f"{BASE}/elsewhere"},
    }.items():
        answer = await checked.post(path, data=form)
        assert answer.status_code in (200, 201), answer.text
    for path in (
        "/Calls.json?Status=completed",
        f"/Calls/{customer.sid}.json",
        f"/Calls/{leg.sid}/Recordings.json",
        f"/Calls/{leg.sid}/Recordings/{recording['sid']}.json",
        "/Conferences.json?FriendlyName=room",
        f"/Conferences/{room}.json",
        f"/Conferences/{room}/Participants.json?Hold=true",
        f"/Queues/{queue}.json",
        f"/Queues/{queue}/Members.json",
        f"/Recordings.json?CallSid={leg.sid}",
        f"/Recordings/{recording['sid']}.json",
        f"/Conferences/{room}/Recordings.json",
        "/IncomingPhoneNumbers.json",
        f"/IncomingPhoneNumbers/{number_sid(NUMBER)}.json",
        "/Applications.json",
        f"/Applications/{APPLICATION}.json",
        f"/Keys/{API_KEY}.json",
        f"http://sim/2010-04-01/Accounts/{ACCOUNT}.json",
    ):
        asks_for_account = path.startswith(("/Keys", "http"))
        checked.auth = (
            httpx.BasicAuth(ACCOUNT, TOKEN) if asks_for_account else httpx.BasicAuth(API_KEY, SECRET)
        )
        answer = await checked.get(path)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/Calls.json", {"To": "+886912345678"}),
        ("/Calls.json", {"To": "+886912345678", "From": NUMBER, "Timeout": "abc"}),
        (f"/Calls/{CALL_SID}.json", {"Status": "finished"}),
        ("/Calls/CAxyz.json", {"Status": "completed"}),
        (f"/Conferences/{ROOM_SID}/Participants/x.json", {"Hold": "maybe"}),
        (f"/Conferences/{ROOM_SID}/Participants/x.json", {"Coaching": "true", "CallSidToCoach": "foo"}),
    ],
)
async def test_refusals_agree_with_twilios_document(
    rest: httpx.AsyncClient, path: str, form: dict[str, str]
) -> None:
    answer = await rest.post(path, data=form)
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    with pytest.raises(Exception, match=r"."):
        document().validate_request(as_openapi_request(answer.request))


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"Urll": "https://a.example/x"}, "Urll"),
        ({"StatusCallbackEvent": "initiated hungup"}, "StatusCallbackEvent"),
        ({"Url": "/relative"}, "Url"),
        ({"Twiml": "x" * 4001}, "Twiml"),
    ],
)
async def test_refusal_names_the_field(rest: httpx.AsyncClient, form: dict[str, str], field: str) -> None:
    answer = await rest.post("/Calls.json", data={"To": CALLER, "From": NUMBER} | form)
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (400, 400, 20001)
    assert body["message"].startswith(f"{field}:")
    assert body["more_info"].endswith("/20001")


async def test_refused_request_is_a_violation(rest: httpx.AsyncClient, sim: Simulator) -> None:
    await rest.post("/Calls.json", data={"To": CALLER, "From": NUMBER, "Urll": "x"})
    assert [v.oracle for v in sim.oracles()] == ["O9"]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": "0912345678", "From": NUMBER}, 21211),
        ({"To": CALLER, "From": "+15005550006"}, 21212),
        ({"To": CALLER, "From": NUMBER}, 21205),
    ],
)
async def test_bad_numbers_have_twilios_codes(
    rest: httpx.AsyncClient, form: dict[str, str], code: int
) -> None:
    answer = await rest.post("/Calls.json", data=form)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize("auth", [None, (ACCOUNT, "wrong"), (API_KEY, TOKEN), ("", "")])
async def test_wrong_credentials_are_refused(rest: httpx.AsyncClient, auth: tuple[str, str] | None) -> None:
    answer = await rest.get("/Calls.json", auth=httpx.BasicAuth(*auth) if auth else httpx.Auth())
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


@pytest.mark.parametrize(
    "path", ["/2010-04-01/Accounts/{account}.json", "/2010-04-01/Accounts/{account}/Keys/{key}.json"]
)
async def test_a_standard_key_sees_neither_the_account_nor_keys(rest: httpx.AsyncClient, path: str) -> None:
    url = "http://sim" + path.format(account=ACCOUNT, key=API_KEY)
    answer = await rest.get(url, auth=(API_KEY, SECRET))
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert (await rest.get(url)).status_code == 200


async def test_repeated_keys_and_space_separated_events_mean_the_same(
    rest: httpx.AsyncClient, sim: Simulator, product: Product
) -> None:
    for events in (["initiated", "completed"], ["initiated completed"]):
        form: list[tuple[str, str]] = [
            *LEG.items(),
            ("Twiml", "<Response/>"),
            ("StatusCallback", f"{BASE}/leg"),
        ]
        form += [("StatusCallbackEvent", event) for event in events]
        headers = {"content-type": "application/x-www-form-urlencoded"}
        await rest.post("/Calls.json", content=urlencode(form), headers=headers)
    await sim.advance(5)
    assert sorted(product.events("/leg")) == ["failed", "failed", "initiated", "initiated"]


async def test_update_of_a_finished_call_is_refused(rest: httpx.AsyncClient, sim: Simulator) -> None:
    call = (await rest.post("/Calls.json", data=LEG | {"Twiml": "<Response/>"})).json()
    await sim.advance(5)
    answer = await rest.post(f"/Calls/{call['sid']}.json", data={"Status": "completed"})
    assert (answer.status_code, answer.json()["code"]) == (400, 21220)


async def test_relative_url_in_inline_twiml_is_an_error(rest: httpx.AsyncClient, sim: Simulator) -> None:
    agent = sim.client("agent_x")
    twiml = '<Response><Gather action="/key" actionOnEmptyResult="true" timeout="1"/></Response>'
    await rest.post("/Calls.json", data=LEG | {"Twiml": twiml})
    leg = await agent.rings()
    leg.accept()
    await leg.hears("application error")
    assert any("relative URL" in v.message for v in sim.oracles())


async def test_lists_come_in_pages(rest: httpx.AsyncClient) -> None:
    for n in range(5):
        await rest.post("/Queues.json", data={"FriendlyName": f"q{n}"})
    first: dict[str, Any] = (await rest.get("/Queues.json", params={"PageSize": 2})).json()
    assert ([q["friendly_name"] for q in first["queues"]], first["end"]) == (["q0", "q1"], 1)
    second = (await rest.get(f"http://sim{first['next_page_uri']}")).json()
    assert [q["friendly_name"] for q in second["queues"]] == ["q2", "q3"]
    assert second["previous_page_uri"] == first["uri"]


async def test_a_number_pointed_elsewhere_sends_the_next_call_there(
    sim: Simulator, product: Product, rest: httpx.AsyncClient
) -> None:
    product.script |= {"/voice": "<Say>old</Say>", "/new": "<Say>new</Say>"}
    listed = (await rest.get("/IncomingPhoneNumbers.json", params={"PhoneNumber": NUMBER})).json()
    (number,) = listed["incoming_phone_numbers"]
    path = f"/IncomingPhoneNumbers/{number['sid']}.json"
    assert (await rest.post(path, data={"VoiceUrl": f"{BASE}/new"})).json()["voice_url"] == f"{BASE}/new"
    call = await sim.phone(CALLER).call(NUMBER)
    await call.hears("new")


async def test_the_second_auth_token_is_good_for_rest_while_tokens_change(product: Product) -> None:
    config = replace(make_config(), auth_token_secondary="second-token")
    sim = Simulator(config, SteppedClock(), product.transport, seed=1)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(sim)), base_url="http://sim"
    ) as rest:
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
        statuses = [
            (await rest.get(path, auth=(ACCOUNT, token))).status_code
            for token in (TOKEN, "second-token", "third")
        ]
    assert statuses == [200, 200, 401]
    await sim.close()


async def test_numbers_without_permission_and_unknown_applications_are_refused(product: Product) -> None:
    sim = Simulator(
        replace(make_config(), blocked_prefixes=("+1900",)), SteppedClock(), product.transport, seed=1
    )
    transport = httpx.ASGITransport(create_app(sim))
    base = f"http://sim/2010-04-01/Accounts/{ACCOUNT}"
    async with httpx.AsyncClient(transport=transport, base_url=base, auth=(ACCOUNT, TOKEN)) as rest:
        form = {"From": NUMBER, "Url": f"{BASE}/x"}
        premium = await rest.post("/Calls.json", data=form | {"To": "+19005550100"})
        assert (premium.status_code, premium.json()["code"]) == (400, 21215)
        unknown = {"From": NUMBER, "To": CALLER, "ApplicationSid": "AP" + "f" * 32}
        assert (await rest.post("/Calls.json", data=unknown)).json()["code"] == 21218
        product.script["/app-voice"] = "<Say>from the application</Say>"
        made = await rest.post("/Calls.json", data=unknown | {"ApplicationSid": APPLICATION})
        assert made.status_code == 201
    leg = await sim.phone(CALLER).rings()
    leg.accept()
    await leg.hears("from the application")
    await sim.close()
