"""The addresses Twilio calls. Plain Starlette routes: verify, parse, one service call, answer.

Documents are answered as text/xml, reports with 204. A fault of ours is a 500, so that Twilio uses the number's
fallback address; a report of something we do not know is a 404.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.channels.twilio.signature import Form, WebhookVerifier
from app.channels.voice import twiml, urls
from app.channels.voice.agent_answering import AgentAnswers
from app.channels.voice.answering import Dialled
from app.channels.voice.inbound import Inbound
from app.channels.voice.recording.reports import RecordingReports
from app.channels.voice.reports import Reports
from app.channels.voice.survey.answering import SurveyAnswers
from app.channels.voice.waiting import WaitingRoom
from app.core.db import Database
from app.core.errors import AppError, InvalidInput
from app.core.http import problem_response
from app.core.settings import Settings

Handler = Callable[[Request], Awaitable[Response]]


def _document(xml: str) -> Response:
    return Response(xml, media_type="text/xml")


def _id(request: Request, name: str) -> UUID:
    try:
        return UUID(request.query_params.get(name, ""))
    except ValueError:
        raise InvalidInput.of(name, "must be in the address, as we gave it") from None


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    return int(text[:9]) if text.isascii() and text.isdigit() else None


def voice_routes(database: Database, settings: Settings) -> list[Route]:
    """All voice webhooks of this process."""
    verifier = WebhookVerifier(settings)
    inbound = Inbound(database, settings)
    room = WaitingRoom(database, settings)
    reports = Reports(database)
    dialled = Dialled(database, settings)
    agents = AgentAnswers(database, settings)
    recordings = RecordingReports(database)
    surveys = SurveyAnswers(database, settings)

    def route(path: str, handle: Callable[[Request, Form], Awaitable[Response]]) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                form = await verifier.verified_form(request)
                return await handle(request, form)
            except AppError as error:
                return problem_response(error)

        return Route(f"{urls.PREFIX}/{path}", endpoint, methods=["POST"], name=f"voice-{path}")

    async def first(_: Request, form: Form) -> Response:
        return _document(await inbound.receive(form))

    async def check(_: Request, form: Form) -> Response:
        return Response(status_code=204)  # the signature was right; that is all `switchboard doctor` asks

    async def gather(request: Request, form: Form) -> Response:
        return _document(await inbound.reply(form, _id(request, "contact"), _number(request, "v")))

    async def wait(request: Request, form: Form) -> Response:
        return _document(await room.wait(form, _id(request, "contact")))

    async def wait_key(request: Request, form: Form) -> Response:
        return _document(await room.key(form, _id(request, "contact")))

    async def queue_left(request: Request, form: Form) -> Response:
        return _document(await room.left(form, _id(request, "contact")))

    async def after_queue(request: Request, form: Form) -> Response:
        return _document(await room.after(form, _id(request, "contact")))

    async def after_conference(request: Request, form: Form) -> Response:
        return _document(await room.after_room(form, _id(request, "contact")))

    async def hold(request: Request, form: Form) -> Response:
        return _document(await room.hold(form, _id(request, "contact")))

    async def voicemail_done(request: Request, form: Form) -> Response:
        return _document(await room.message_left(form, _id(request, "contact")))

    async def survey(request: Request, form: Form) -> Response:
        nth = _number(request, "n")
        return _document(await surveys.reply(form, _id(request, "contact"), nth))

    async def answered(request: Request, form: Form) -> Response:
        return _document(await dialled.answered(form, _id(request, "leg")))

    async def agent_answered(request: Request, form: Form) -> Response:
        return _document(await agents.answered(form, _id(request, "leg")))

    async def agent_key(request: Request, form: Form) -> Response:
        return _document(await agents.key(form, _id(request, "leg")))

    async def call_status(_: Request, form: Form) -> Response:
        await reports.call_status(form)
        return Response(status_code=204)

    async def leg(request: Request, form: Form) -> Response:
        await reports.leg_status(form, _id(request, "leg"))
        return Response(status_code=204)

    async def conference(request: Request, form: Form) -> Response:
        await reports.room(form, _id(request, "contact"))
        return Response(status_code=204)

    async def recording(request: Request, form: Form) -> Response:
        await recordings.recording(form, _id(request, "recording"))
        return Response(status_code=204)

    return [
        route("inbound", first),
        route(twiml.GATHER_PATH, gather),
        route(twiml.WAIT_PATH, wait),
        route(twiml.WAIT_KEY_PATH, wait_key),
        route(twiml.QUEUE_LEFT_PATH, queue_left),
        route(twiml.AFTER_QUEUE_PATH, after_queue),
        route(twiml.AFTER_CONFERENCE_PATH, after_conference),
        route(twiml.HOLD_PATH, hold),
        route(twiml.VOICEMAIL_PATH, voicemail_done),
        route(twiml.SURVEY_PATH, survey),
        route(twiml.ANSWERED_PATH, answered),
        route(twiml.AGENT_ANSWERED_PATH, agent_answered),
        route(twiml.AGENT_KEY_PATH, agent_key),
        route("call-status", call_status),
        route(urls.CHECK_PATH, check),
        route("leg", leg),
        route("recording", recording),
        route(twiml.CONFERENCE_PATH, conference),
    ]
