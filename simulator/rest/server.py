"""The REST endpoint: authentication, validation, faults, dispatch, journal."""

import base64
import binascii
import hmac
import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.faults import FaultEffect, FaultRule
from simulator.journal import EntryKind
from simulator.network import Simulator
from simulator.rest import account, calls, conferences, queues, recordings, texts
from simulator.rest.request import RestAnswer, RestRequest
from simulator.rest.validation import Operation, RestError, Values, check_fields, find_operation

Handler = Callable[[Simulator, RestRequest], Awaitable[RestAnswer]]
HANDLERS: dict[str, Handler] = {
    "CreateCall": calls.create_call,
    "ListCall": calls.list_calls,
    "FetchCall": calls.fetch_call,
    "UpdateCall": calls.update_call,
    "DeleteCall": calls.delete_call,
    "CreateCallRecording": recordings.create_recording,
    "ListCallRecording": recordings.list_recordings,
    "FetchCallRecording": recordings.fetch_recording,
    "UpdateCallRecording": recordings.update_recording,
    "DeleteCallRecording": recordings.delete_recording,
    "ListRecording": recordings.list_account_recordings,
    "FetchRecording": recordings.fetch_account_recording,
    "DeleteRecording": recordings.delete_account_recording,
    "ListConferenceRecording": recordings.list_recordings,
    "FetchConferenceRecording": recordings.fetch_recording,
    "UpdateConferenceRecording": recordings.update_recording,
    "DeleteConferenceRecording": recordings.delete_recording,
    "FetchAccount": account.fetch_account,
    "FetchKey": account.fetch_key,
    "ListIncomingPhoneNumber": account.list_numbers,
    "FetchIncomingPhoneNumber": account.fetch_number,
    "UpdateIncomingPhoneNumber": account.update_number,
    "ListApplication": account.list_applications,
    "FetchApplication": account.fetch_application,
    "UpdateApplication": account.update_application,
    "ListConference": conferences.list_conferences,
    "FetchConference": conferences.fetch_conference,
    "UpdateConference": conferences.update_conference,
    "CreateParticipant": conferences.create_participant,
    "ListParticipant": conferences.list_participants,
    "FetchParticipant": conferences.fetch_participant,
    "UpdateParticipant": conferences.update_participant,
    "DeleteParticipant": conferences.delete_participant,
    "CreateQueue": queues.create_queue,
    "ListQueue": queues.list_queues,
    "FetchQueue": queues.fetch_queue,
    "UpdateQueue": queues.update_queue,
    "DeleteQueue": queues.delete_queue,
    "ListMember": queues.list_members,
    "FetchMember": queues.fetch_member,
    "UpdateMember": queues.update_member,
    "CreateMessage": texts.create_message,
    "ListMessage": texts.list_messages,
    "FetchMessage": texts.fetch_message,
    "ListMedia": texts.list_media,
}
REFUSALS = {
    FaultEffect.ERROR_500: RestError(500, 20500, "Internal server error (injected fault)"),
    FaultEffect.ERROR_503: RestError(503, 20503, "Service unavailable (injected fault)"),
    FaultEffect.ERROR_429: RestError(429, 20429, "Too many requests (injected fault)"),
    FaultEffect.ERROR_401: RestError(401, 20003, "Authenticate (injected fault)"),
    FaultEffect.ERROR_21220: RestError(400, 21220, "The call is not in progress (injected fault)"),
    FaultEffect.ERROR_20404: RestError(404, 20404, "It has just left (injected fault)"),
}
CALLBACK_PATIENCE = 10.0  # real s the answer waits for the first callback at most
# Fields that would change what happens but are not simulated: said in the journal, never silently skipped.
NOT_SIMULATED = frozenset({"MachineDetection", "AsyncAmd"})
MEDIA = re.compile(r"/2010-04-01/Accounts/AC\w{32}/Recordings/(?P<sid>RE\w{32})\.(?P<kind>wav|mp3)$")
ATTACHED = re.compile(
    r"/2010-04-01/Accounts/AC\w{32}/Messages/(?P<text>(?:SM|MM)\w{32})/Media/(?P<sid>ME\w{32})$"
)
MAX_BODY = 1_000_000  # bytes
NOT_FOR_KEYS = frozenset({"FetchAccount", "FetchKey"})  # Twilio: iam/api-keys, standard keys
DIALING = re.compile(r"/v1/DialingPermissions/Countries/(?P<country>[A-Z]{2})$")


async def handle_rest(sim: Simulator, request: Request) -> Response:
    """Serve one request under /2010-04-01."""
    pairs: list[tuple[str, str]] = []
    operation_id = "?"
    rules: list[FaultRule] = []
    try:
        with sim.clock.busy():
            _authenticate(sim, request)
            if (wanted_media := MEDIA.match(request.url.path)) and request.method == "GET":
                operation_id = "FetchRecordingMedia"
                answered = recordings.media(sim, wanted_media["sid"], wanted_media["kind"])
                _note(sim, request, operation_id, pairs, 200, None, None)
                return answered
            if (attached := ATTACHED.match(request.url.path)) and request.method == "GET":
                operation_id = "FetchMessageMedia"
                answered = texts.media(sim, attached["text"], attached["sid"])
                _note(sim, request, operation_id, pairs, 200, None, None)
                return answered
            _pace(sim)
            operation, path = find_operation(request.method, request.url.path)
            operation_id = operation.id
            pairs = await _form_pairs(request)
            wanted = _validate(sim, operation, path, request, pairs)
            rules = sim.faults.for_rest(operation.id, _call_sid(path))
            sim.faults.people(rules, _call_sid(path), after=False)
            _refuse_by_fault(rules)
            for rule in rules:
                if rule.effect is FaultEffect.QUEUED:
                    sim.next_create_delay = rule.delay
            answer = await HANDLERS[operation.id](sim, wanted)
            sim.faults.people(rules, answer.created_sid or _call_sid(path), after=True)
        answer = await _delay_by_fault(sim, rules, answer)
    except RestError as error:
        if error.code == 20001:
            sim.violation("O9", f"REST request {operation_id} {request.url.path}: {error}")
        _note(sim, request, operation_id, pairs, error.status, error.as_json(), None)
        return JSONResponse(error.as_json(), error.status)
    sid = answer.created_sid or _call_sid(path)
    _note(sim, request, operation_id, pairs, answer.status, answer.body, sid)
    for name in {name for name, _ in pairs} & NOT_SIMULATED:
        sim.journal.add(EntryKind.ERROR, f"{operation_id}: the field {name} is not simulated", sid)
    return Response(status_code=204) if answer.body is None else JSONResponse(answer.body, answer.status)


async def handle_voice_v1(sim: Simulator, request: Request) -> Response:
    """Serve one request under /v1 of what is voice.twilio.com there: whether a country may be called."""
    wanted = DIALING.match(request.url.path)
    try:
        _authenticate(sim, request)
        if wanted is None:
            raise RestError(404, 20404, f"The requested resource {request.url.path} was not found")
    except RestError as error:
        return JSONResponse(error.as_json(), error.status)
    return JSONResponse(account.dialing_permission(sim, wanted["country"]))


def login_of(request: Request) -> tuple[str, str]:
    """Name and secret of HTTP's basic authentication; empty when there are none."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        login, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (login, secret) if scheme.lower() == "basic" else ("", "")


def _authenticate(sim: Simulator, request: Request) -> None:
    config = sim.config
    login, secret = login_of(request)
    known = [
        (config.account_sid, config.auth_token),
        (config.account_sid, config.auth_token_secondary),
        (config.api_key_sid, config.api_key_secret),
    ]
    right = [value for name, value in known if name == login and value]
    if not any(hmac.compare_digest(value.encode(), secret.encode()) for value in right):
        raise RestError(401, 20003, "Authenticate")


def _pace(sim: Simulator) -> None:
    rate = sim.config.knobs.rest_per_second
    if rate <= 0:
        return
    now = sim.clock.now()
    sim.rest_times = [t for t in sim.rest_times if t > now - 1.0]
    if len(sim.rest_times) >= rate:
        raise RestError(429, 20429, "Too many requests")
    sim.rest_times.append(now)


async def _form_pairs(request: Request) -> list[tuple[str, str]]:
    body = await request.body()
    if len(body) > MAX_BODY:
        raise RestError(413, 20001, "body: is too large")
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body))
    except ValueError:
        raise RestError(400, 20001, "body: is not form-encoded UTF-8") from None


def _validate(
    sim: Simulator, operation: Operation, path: dict[str, str], request: Request, pairs: list[tuple[str, str]]
) -> RestRequest:
    account_sid = path.get("AccountSid", path.get("Sid"))
    if account_sid != sim.config.account_sid:
        raise RestError(404, 20404, f"The account {account_sid} was not found")
    if operation.id in NOT_FOR_KEYS and login_of(request)[0] == sim.config.api_key_sid:
        raise RestError(401, 20003, "Authenticate: a standard API key may not see accounts and keys")
    query = check_fields(operation.query, (), request.query_params.multi_items())
    form = check_fields(operation.form, operation.required, pairs)
    return RestRequest(path, query, form if operation.method == "POST" else Values({}))


def _call_sid(path: dict[str, str]) -> str | None:
    return next((value for value in path.values() if value.startswith("CA")), None)


def _refuse_by_fault(rules: list[FaultRule]) -> None:
    for rule in rules:
        if rule.effect in REFUSALS:
            raise REFUSALS[rule.effect]


async def _delay_by_fault(sim: Simulator, rules: list[FaultRule], answer: RestAnswer) -> RestAnswer:
    for rule in rules:
        if rule.effect in (FaultEffect.SLOW, FaultEffect.LOSE_ANSWER) and rule.delay > 0:
            await sim.clock.sleep(rule.delay)
        if rule.effect is FaultEffect.LOSE_ANSWER:
            raise RestError(504, 20504, "The answer was lost (injected fault)")
        if rule.effect is FaultEffect.CALLBACK_FIRST and answer.created_sid:
            await _until_delivered(sim, answer.created_sid)
    if sim.config.knobs.callback_before_answer and answer.status == 201 and answer.created_sid:
        call = sim.calls.get(answer.created_sid)
        if call is not None and call.status_callback and "initiated" in call.status_callback.events:
            await _until_delivered(sim, answer.created_sid)
    return answer


async def _until_delivered(sim: Simulator, sid: str) -> None:
    await sim.journal.until(lambda: sid in sim.sender.delivered, CALLBACK_PATIENCE)


def _note(
    sim: Simulator,
    request: Request,
    operation: str,
    pairs: list[tuple[str, str]],
    status: int,
    answer: dict[str, object] | None,
    call_sid: str | None,
) -> None:
    sim.journal.add(
        EntryKind.REST,
        f"{operation} {status}",
        call_sid,
        operation=operation,
        method=request.method,
        path=request.url.path,
        query=request.url.query,
        form=pairs,
        status=status,
        answer=answer,
    )
