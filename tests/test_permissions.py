"""Who may do what: every address says whom it serves, and refuses everybody else."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute, RouteContext, iter_route_contexts
from starlette.routing import Mount, Route

from app.channels.messaging.webhooks import PREFIX as MESSAGING_PREFIX
from app.channels.voice.urls import PREFIX as VOICE_PREFIX
from app.channels.voice.webhooks import voice_routes
from app.core.auth import PERMISSIONS_OF_ROLE, Permission
from app.core.http import Public, Requires, _reader, _transaction
from app.main import Application, create_app
from tests.support.app import RunningApp, app_settings, close_code, running_app
from tests.support.centre import COMMAND_HEADERS

OPEN_TO_EVERYBODY = {
    "/": "leads to the console",
    "/console": "the page itself; what it shows comes from the API",
    "/console/{rest:path}": "the same page",
    "/simulator": "the page itself; the phone network behind it is a process of its own",
    "/simulator/config.json": "addresses of the demo's phone network; 404 without a demo",
    "/static": "the built front end",
    "/widget.js": "the chat widget's script, for the pages of other sites",
    "/widget-panel.js": "leads to the panel of today",
    "/media": "sounds that the carrier plays to callers",
    "/media/announcements/{token}.wav": "the site's own, at addresses nobody guesses",
    "/healthz": "says only that the process answers",
    "/help": "leads to the help centre in the reader's language",
    "/help/{lang}": "the help centre: published articles for the public only",
    "/help/{lang}/category/{name:path}": "the same",
    "/help/{lang}/search": "the same, by question",
    "/help/{lang}/suggest": "the same, while typing; limited per address",
    "/help/{lang}/{name}": "one such article",
    "/help/{lang}/{name}/feedback": "did it help; limited per address, no personal data is kept",
    "/robots.txt": "what search engines may read",
    "/sitemap.xml": "the help centre's addresses",
    "/readyz": "says only which part is not ready",
    "/metrics": "guards itself: local callers, or the token of the settings",
    "/api/docs": "the same description, to read",
    "/api/v1/openapi.json": "the public description of the API",
}
SOCKETS = {
    "/ws/agent": "origin, then a ticket of a signed-in session in the first frame",
    "/ws/visitor": "the widget key's origins, then a ticket of a visitor in the first frame",
}
CHAT = "/api/v1/chat/"  # visitors have no account: the widget key, its origins and the visitor's token are checked


@pytest.fixture(scope="module")
def app() -> Application:
    """The application, not started: its list of addresses is all that is looked at."""
    return create_app(app_settings(8000, "postgresql://nowhere.invalid/x"), "", with_worker=False)


def api_routes(app: FastAPI) -> list[RouteContext]:
    contexts = iter_route_contexts(app.router.routes)
    return [context for context in contexts if isinstance(context.original_route, APIRoute)]


def guards(dependant: Dependant) -> list[Requires | Public]:
    return [d.call for d in dependant.dependencies if isinstance(d.call, Requires | Public)]


def test_every_endpoint_says_whom_it_serves(app: FastAPI) -> None:
    routes = api_routes(app)
    assert len(routes) > 15
    silent = [route.path for route in routes if len(guards(route.dependant)) != 1]
    assert silent == []


def test_only_signing_in_is_open_to_everybody(app: FastAPI) -> None:
    public = [r.path for r in api_routes(app) if isinstance(guards(r.dependant)[0], Public)]
    assert [path for path in public if not (path or "").startswith(CHAT)] == ["/api/v1/session"]


async def test_visitors_are_refused_without_a_token_or_a_key(web: RunningApp) -> None:
    chat = [route for route in api_routes(web.app) if (route.path or "").startswith(CHAT)]
    assert len(chat) > 10
    for route in chat:
        for method in methods(route):
            for headers in ({}, {"Authorization": "Bearer nobody"}):
                answer = await web.client().request(method, address(route), headers=headers)
                expected = {"chat_config": 404, "begin_chat_session": 404, "chat_file": 422}
                wanted = expected.get(route.operation_id or "", 401)
                assert answer.status_code == wanted, (method, route.path, answer.text)


def test_nobody_costs_a_transaction_before_they_are_known(app: FastAPI) -> None:
    """A connection held while a second one is waited for would also starve a small pool for ever."""
    for route in api_routes(app):
        calls = [d.call for d in route.dependant.dependencies]
        opened = [i for i, call in enumerate(calls) if call in (_transaction, _reader)]
        known = [i for i, call in enumerate(calls) if isinstance(call, Requires)]
        assert not opened or not known or min(opened) > max(known), f"{route.path}: put the principal first"


def test_every_other_address_is_listed_with_its_reason(app: Application) -> None:
    contexts = list(iter_route_contexts(app.router.routes))
    others = {
        c.path
        for c in contexts
        if isinstance(c.original_route, Route | Mount) and not isinstance(c.original_route, APIRoute)
    }
    assert others == set(OPEN_TO_EVERYBODY)
    webhooks = [route for route in app.carrier_webhooks.routes if isinstance(route, Route)]
    assert len(webhooks) >= 8
    assert all(route.path.startswith((VOICE_PREFIX, MESSAGING_PREFIX)) for route in webhooks)
    sockets = {c.path for c in contexts if isinstance(c.original_route, APIWebSocketRoute)}
    assert sockets == set(SOCKETS)


@pytest.fixture
async def web(dsn: str) -> AsyncIterator[RunningApp]:
    """The running application."""
    async with running_app(dsn) as running:
        yield running


def address(route: RouteContext) -> str:
    path = route.path or ""
    return "/".join(str(uuid4()) if part.startswith("{") else part for part in path.split("/"))


def methods(route: RouteContext) -> set[str]:
    return route.methods or set()


async def test_anonymous_callers_get_401_everywhere(web: RunningApp) -> None:
    client = web.client()
    for route in api_routes(web.app):
        if isinstance(guards(route.dependant)[0], Public):
            continue
        for method in methods(route):
            answer = await client.request(method, address(route), headers=COMMAND_HEADERS)
            assert answer.status_code == 401, (method, route.path, answer.text)
            assert answer.json()["code"] == "not_signed_in"


async def test_commands_from_elsewhere_get_403_everywhere(web: RunningApp) -> None:
    mei = await web.person("mei")
    forged = [
        {},  # a form of another site cannot send the header
        {**COMMAND_HEADERS, "Origin": "https://evil.example.com"},
        {**COMMAND_HEADERS, "Origin": "null"},
        {**COMMAND_HEADERS, "Origin": f"{web.base_url}.evil.example.com"},
    ]
    for route in api_routes(web.app):
        for method in methods(route) - {"GET"}:
            for headers in forged:
                answer = await mei.http.request(method, address(route), headers=headers, json={})
                expected = 422 if isinstance(guards(route.dependant)[0], Public) else 403
                if (route.path or "").startswith(CHAT):
                    expected = 404 if "{key}" in (route.path or "") else 401  # no cookie counts there
                assert answer.status_code == expected, (method, route.path, headers, answer.text)


async def test_webhooks_answer_the_carrier_only(web: RunningApp) -> None:
    hooks = [route.path for route in voice_routes(web.database, web.settings)]
    assert len(hooks) >= 8
    for path in hooks:
        for headers in ({}, {"X-Twilio-Signature": "forged"}):
            answer = await web.client().post(path, data={"CallSid": "CA" + "0" * 32}, headers=headers)
            assert answer.status_code == 403, (path, answer.text)


async def test_signing_in_from_elsewhere_is_refused(web: RunningApp) -> None:
    body = {"login": "mei", "password": "x" * 12}
    headers = {**COMMAND_HEADERS, "Origin": "https://evil.example.com"}
    answer = await web.client().post("/api/v1/session", json=body, headers=headers)
    assert answer.status_code == 403


async def test_our_own_origin_is_welcome(web: RunningApp) -> None:
    mei = await web.person("mei")
    headers = {**COMMAND_HEADERS, "Origin": web.base_url}
    answer = await mei.http.put("/api/v1/agents/me/presence", json={"presence": "away"}, headers=headers)
    assert answer.status_code == 200


NEEDED = {
    "dial": Permission.CALLS_DIAL,
    "console_snapshot": Permission.CONSOLE_USE,
    "get_session": Permission.CONSOLE_USE,
    "sign_out": Permission.CONSOLE_USE,
    "socket_ticket": Permission.CONSOLE_USE,
    "softphone_token": Permission.CONSOLE_USE,
    "set_presence": Permission.PRESENCE_CHANGE_OWN,
    "accept_offer": Permission.OFFERS_ANSWER,
    "reject_offer": Permission.OFFERS_ANSWER,
    "get_contact": Permission.CUSTOMERS_READ,
    "contact_timeline": Permission.CUSTOMERS_READ,
    "customer_timeline": Permission.CUSTOMERS_READ,
    "choose_customer": Permission.CUSTOMERS_CONFIRM,
    "hold": Permission.CONTACTS_HANDLE_OWN,
    "resume": Permission.CONTACTS_HANDLE_OWN,
    "hang_up": Permission.CONTACTS_HANDLE_OWN,
    "pause_recording": Permission.CONTACTS_HANDLE_OWN,
    "resume_recording": Permission.CONTACTS_HANDLE_OWN,
    "list_voicemails": Permission.VOICEMAILS_HANDLE,
    "listen_to_voicemail": Permission.VOICEMAILS_HANDLE,
    "mark_voicemail_heard": Permission.VOICEMAILS_HANDLE,
    "call_back_for_voicemail": Permission.VOICEMAILS_HANDLE,
    "recording_audio": Permission.CONSOLE_USE,  # the address itself is signed for who may listen
    "add_note": Permission.CONTACTS_HANDLE_OWN,
    "contact_messages": Permission.CUSTOMERS_READ,
    "message_attachment": Permission.CUSTOMERS_READ,
    "send_message": Permission.CONTACTS_HANDLE_OWN,
    "messages_read": Permission.CONTACTS_HANDLE_OWN,
    "list_canned_replies": Permission.CONTACTS_HANDLE_OWN,
    "complete_wrap_up": Permission.CONTACTS_HANDLE_OWN,
    "extend_wrap_up": Permission.CONTACTS_HANDLE_OWN,
    "faq_search": Permission.FAQ_SEARCH,
    "faq_use": Permission.FAQ_USE,
    "list_articles": Permission.FAQ_READ,
    "get_article": Permission.FAQ_READ,
    "list_article_categories": Permission.FAQ_READ,
    "list_article_tags": Permission.FAQ_READ,
    "request_callback": Permission.CALLBACKS_REQUEST,
    "transfer_targets": Permission.CONTACTS_HANDLE_OWN,
    "transfer_contact": Permission.CONTACTS_HANDLE_OWN,
    "consult": Permission.CONTACTS_HANDLE_OWN,
    "focus_on": Permission.CONTACTS_HANDLE_OWN,
    "complete_consult": Permission.CONTACTS_HANDLE_OWN,
    "cancel_consult": Permission.CONTACTS_HANDLE_OWN,
    "mute_party": Permission.CONTACTS_HANDLE_OWN,
    "unmute_party": Permission.CONTACTS_HANDLE_OWN,
    "rejoin_call": Permission.CONTACTS_HANDLE_OWN,
    "list_topics": Permission.CONSOLE_USE,
}
SUPERVISORS = {
    "set_contact_priority": Permission.CONTACTS_DIRECT,
    "move_contact": Permission.CONTACTS_DIRECT,
    "assign_contact": Permission.CONTACTS_DIRECT,
    "unassign_contact": Permission.CONTACTS_DIRECT,
    "take_contact_back": Permission.CONTACTS_DIRECT,
    "end_contact": Permission.CONTACTS_END,
    "supervise_call": Permission.CALLS_LISTEN,
    "end_supervision": Permission.CALLS_LISTEN,
    "list_callbacks": Permission.ROUTING_READ,
    "get_callback": Permission.ROUTING_READ,
    "cancel_callback": Permission.CONTACTS_END,
    "list_agents": Permission.TEAM_SUPERVISE,
    "get_agent": Permission.TEAM_SUPERVISE,
    "set_agent_presence": Permission.PRESENCE_CHANGE_ANY,
    "log_agent_out": Permission.PRESENCE_CHANGE_ANY,
    "set_agent_skills": Permission.AGENTS_ASSIGN,
    "set_agent_queues": Permission.AGENTS_ASSIGN,
    "get_agent_telephone": Permission.TEAM_SUPERVISE,
    "set_agent_telephone": Permission.AGENTS_ASSIGN,
    "list_skills": Permission.ROUTING_READ,
    "list_queues": Permission.ROUTING_READ,
    "get_queue": Permission.ROUTING_READ,
    "close_queue": Permission.QUEUES_OPEN_CLOSE,
    "open_queue": Permission.QUEUES_OPEN_CLOSE,
    "list_calendars": Permission.ROUTING_READ,
    "list_numbers": Permission.ROUTING_READ,
    "list_announcements": Permission.ANNOUNCEMENTS_MANAGE,
    "create_announcement": Permission.ANNOUNCEMENTS_MANAGE,
    "get_announcement": Permission.ANNOUNCEMENTS_MANAGE,
    "change_announcement": Permission.ANNOUNCEMENTS_MANAGE,
    "delete_announcement": Permission.ANNOUNCEMENTS_MANAGE,
    "upload_announcement_file": Permission.ANNOUNCEMENTS_MANAGE,
    "get_announcement_file": Permission.ANNOUNCEMENTS_MANAGE,
    "delete_announcement_file": Permission.ANNOUNCEMENTS_MANAGE,
    "list_announcement_uses": Permission.ANNOUNCEMENTS_MANAGE,
    "choose_announcement": Permission.ANNOUNCEMENTS_MANAGE,
    "list_emergencies": Permission.ROUTING_READ,
    "begin_emergency": Permission.QUEUES_OPEN_CLOSE,
    "end_emergency": Permission.QUEUES_OPEN_CLOSE,
    "read_floor": Permission.TEAM_SUPERVISE,
    "list_missed_callers": Permission.TEAM_SUPERVISE,
    "list_waiting": Permission.TEAM_SUPERVISE,
    "read_wait_accuracy": Permission.TEAM_SUPERVISE,
    "preview_contact": Permission.ROUTING_READ,
    "preview_routing": Permission.ROUTING_READ,
    "list_alerts": Permission.ALERTS_READ,
    "clear_alert": Permission.TEAM_SUPERVISE,
    "get_calendar": Permission.ROUTING_READ,
    "list_surveys": Permission.TEAM_SUPERVISE,
    "follow_up_done": Permission.TEAM_SUPERVISE,
    "list_recordings": Permission.RECORDINGS_LISTEN,
    "recording": Permission.RECORDINGS_LISTEN,
    "listen_to_recording": Permission.RECORDINGS_LISTEN,
    "list_blocked_callers": Permission.CALLERS_BLOCK,
    "block_caller": Permission.CALLERS_BLOCK,
    "unblock_caller": Permission.CALLERS_BLOCK,
    "list_chat_blocks": Permission.CALLERS_BLOCK,
    "block_visitor": Permission.CALLERS_BLOCK,
    "unblock_visitor": Permission.CALLERS_BLOCK,
    "create_canned_reply": Permission.CANNED_EDIT,
    "change_canned_reply": Permission.CANNED_EDIT,
    "remove_canned_reply": Permission.CANNED_EDIT,
    "create_article": Permission.FAQ_EDIT,
    "change_article": Permission.FAQ_EDIT,
    "restore_article": Permission.FAQ_EDIT,
    "review_article": Permission.FAQ_EDIT,
    "list_article_versions": Permission.FAQ_EDIT,
    "compare_article_versions": Permission.FAQ_EDIT,
    "list_faq_gaps": Permission.FAQ_EDIT,
    "add_gap_wording": Permission.FAQ_PUBLISH,
    "draft_from_gap": Permission.FAQ_EDIT,
    "dismiss_gap": Permission.FAQ_EDIT,
    "article_figures": Permission.FAQ_EDIT,
    "article_searches": Permission.FAQ_EDIT,
    "faq_totals": Permission.FAQ_EDIT,
    "list_faq_searches": Permission.FAQ_EDIT,
    "try_out_article": Permission.FAQ_EDIT,
    "preview_article": Permission.FAQ_EDIT,
    "list_synonyms": Permission.FAQ_EDIT,
    "add_synonym": Permission.FAQ_PUBLISH,
    "remove_synonym": Permission.FAQ_PUBLISH,
    "read_answering": Permission.FAQ_EDIT,
    "start_calibration_run": Permission.FAQ_EDIT,
    "get_calibration_run": Permission.FAQ_EDIT,
    "list_calibration_runs": Permission.FAQ_EDIT,
    "export_articles": Permission.FAQ_EDIT,
    "import_articles": Permission.FAQ_PUBLISH,
    "get_import": Permission.FAQ_PUBLISH,
    "publish_article": Permission.FAQ_PUBLISH,
    "schedule_article": Permission.FAQ_PUBLISH,
    "unschedule_article": Permission.FAQ_PUBLISH,
    "archive_article": Permission.FAQ_PUBLISH,
    "list_faq_gap_groups": Permission.FAQ_EDIT,
    "faq_upkeep": Permission.FAQ_EDIT,
    "list_learned_wordings": Permission.FAQ_EDIT,
    "take_back_wording": Permission.FAQ_PUBLISH,
    "topic_hit_rates": Permission.TEAM_SUPERVISE,
    "list_flows": Permission.FLOWS_READ,
    "create_flow": Permission.FLOWS_EDIT,
    "get_flow": Permission.FLOWS_READ,
    "save_flow_draft": Permission.FLOWS_EDIT,
    "check_flow": Permission.FLOWS_READ,
    "publish_flow": Permission.FLOWS_PUBLISH,
    "list_flow_versions": Permission.FLOWS_READ,
    "get_flow_version": Permission.FLOWS_READ,
    "compare_flow_versions": Permission.FLOWS_READ,
    "restore_flow": Permission.FLOWS_EDIT,
    "list_flow_uses": Permission.FLOWS_READ,
    "try_flow": Permission.FLOWS_READ,
}
ADMINISTRATORS = {
    "set_answering": Permission.FAQ_ANSWERING,
    "take_over_calibration": Permission.FAQ_ANSWERING,
    "list_widget_keys": Permission.WIDGETS_MANAGE,
    "create_widget_key": Permission.WIDGETS_MANAGE,
    "get_widget_key": Permission.WIDGETS_MANAGE,
    "change_widget_key": Permission.WIDGETS_MANAGE,
    "create_identity_key": Permission.WIDGETS_MANAGE,
    "remove_identity_key": Permission.WIDGETS_MANAGE,
    "put_skill": Permission.ROUTING_MANAGE,
    "delete_skill": Permission.ROUTING_MANAGE,
    "create_queue": Permission.ROUTING_MANAGE,
    "choose_default_number": Permission.ROUTING_MANAGE,
    "change_queue": Permission.ROUTING_MANAGE,
    "delete_queue": Permission.ROUTING_MANAGE,
    "create_calendar": Permission.ROUTING_MANAGE,
    "change_calendar": Permission.ROUTING_MANAGE,
    "delete_calendar": Permission.ROUTING_MANAGE,
    "put_calendar_exceptions": Permission.ROUTING_MANAGE,
    "delete_calendar_exception": Permission.ROUTING_MANAGE,
}


def test_each_endpoint_needs_the_permission_of_the_table(app: FastAPI) -> None:
    found = {}
    for route in api_routes(app):
        guard = guards(route.dependant)[0]
        if isinstance(guard, Requires):
            found[route.operation_id] = guard.permission
    table = NEEDED | SUPERVISORS | ADMINISTRATORS
    assert {name: found.get(name) for name in table} == table
    assert set(found) == set(table), "a new endpoint belongs into the table"


def test_roles_hold_what_the_matrix_says() -> None:
    agent, supervisor, admin = (PERMISSIONS_OF_ROLE[role] for role in ("agent", "supervisor", "admin"))
    assert set(NEEDED.values()) <= agent, "everybody may work"
    assert not set(SUPERVISORS.values()) & agent
    assert set(SUPERVISORS.values()) <= supervisor
    assert not set(ADMINISTRATORS.values()) & supervisor
    assert Permission.AUDIT_READ not in agent
    assert agent < supervisor <= admin == set(Permission)


@pytest.mark.parametrize("role", ["agent", "supervisor", "admin"])
async def test_a_role_without_a_permission_gets_403(
    web: RunningApp, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await web.person("mei", role=role)
    monkeypatch.setitem(PERMISSIONS_OF_ROLE, role, frozenset())
    for route in api_routes(web.app):
        if isinstance(guards(route.dependant)[0], Public):
            continue
        for method in methods(route):
            answer = await person.http.request(method, address(route), headers=COMMAND_HEADERS)
            assert answer.status_code == 403, (method, route.path, answer.text)


@pytest.mark.parametrize("role", ["agent", "supervisor", "admin"])
async def test_another_agents_contact_is_answered_like_none_at_all(web: RunningApp, role: str) -> None:
    mei, stranger = await web.person("mei"), await web.person("tom", role=role)
    async with mei.console():
        await mei.command("PUT", "/agents/me/presence", {"presence": "available"})
        contact_id = await web.talking(mei)
    commands = {
        "hold": None,
        "resume": None,
        "hang-up": None,
        "recording/pause": None,
        "recording/resume": None,
        "notes": {"client_id": str(uuid4()), "body": "hello"},
        "wrap-up": {"client_id": str(uuid4()), "dispositions": ["solved"]},
        "wrap-up/extend": None,
        "customer": {"customer_id": None},
    }
    for command, body in commands.items():
        foreign = await stranger.call("POST", f"/contacts/{contact_id}/{command}", body)
        missing = await stranger.call("POST", f"/contacts/{uuid4()}/{command}", body)
        assert foreign.status_code == missing.status_code == 404, (command, foreign.text)
        assert foreign.json() == missing.json(), "the answer must not tell whether the contact exists"


async def test_another_agents_offer_is_answered_like_none_at_all(web: RunningApp) -> None:
    mei, tom = await web.person("mei"), await web.person("tom")
    async with mei.console():
        await mei.command("PUT", "/agents/me/presence", {"presence": "available"})
        _, offer_id = await web.offered(mei)
        for answer in ("accept", "reject"):
            foreign = await tom.call("POST", f"/offers/{offer_id}/{answer}")
            missing = await tom.call("POST", f"/offers/{uuid4()}/{answer}")
            assert foreign.status_code == 404
            assert foreign.json() == missing.json()


async def test_a_closed_session_is_refused_at_once_and_its_sockets_close(web: RunningApp) -> None:
    mei = await web.person("mei")
    other_browser = await web.sign_in("mei", mei.agent_id)
    async with mei.console() as console, other_browser.console() as staying:
        cookies = httpx.Cookies(mei.http.cookies)
        await mei.command("DELETE", "/session")
        mei.http.cookies = cookies
        assert (await mei.call("GET", "/session")).status_code == 401
        async with asyncio.timeout(5):
            assert await close_code(console.socket) == 4401
        await staying.settle()


@pytest.mark.parametrize(
    "change",
    [
        "update agents set is_enabled = false",
        "update login_sessions set expires_at = switchboard_now() - interval '1 second'",
        "update login_sessions set last_seen_at = switchboard_now() - interval '1 day'",
    ],
)
async def test_a_session_that_ends_any_other_way_is_refused_too(web: RunningApp, change: str) -> None:
    mei = await web.person("mei")
    ticket = await mei.ticket()
    async with web.database.transaction() as tx:
        await tx.execute(change)
    assert (await mei.call("GET", "/session")).status_code == 401
    async with web.socket() as socket:
        await socket.send(f'{{"id": 1, "type": "hello", "ticket": "{ticket}"}}')
        assert await close_code(socket) == 4401
