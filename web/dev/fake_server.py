"""Development only: serves the built console and a scripted copy of its API, for looking at screens."""

import asyncio
import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "app/web/static"
app = FastAPI()
AGENT = str(uuid.uuid4())
CUST = str(uuid.uuid4())
CSP = "default-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self' ws: wss: http://127.0.0.1:*; media-src 'self' blob:"


@app.middleware("http")
async def csp(request: Request, call_next):
    response = await call_next(request)
    response.headers["Content-Security-Policy"] = CSP
    return response


def now(delta=0.0):
    return (datetime.now(UTC) + timedelta(seconds=delta)).isoformat()


def uid():
    return str(uuid.uuid4())


ART = uid()
CUSTOMER = {
    "customer_id": CUST, "display_name": "王怡君", "kind": "person", "tier": "gold", "language": "zh-Hant",
    "customer_since": "2022-03-01T00:00:00Z", "pinned_note": "一樓管理室可以代收包裹；平日十點以後再打電話。",
    "phones": ["+886912345678", "+886223456789"], "emails": ["yijun.wang@example.com"],
}
SERVICE = {
    "topic": "delivery", "topic_label": "包裹送錯地址", "question": "我的包裹送到隔壁大樓了，怎麼辦？",
    "article_id": ART, "article_title": "包裹送錯地址怎麼處理？", "unsolved_reason": "answer_did_not_help",
    "path": [
        {"at": now(-70), "kind": "greeting", "text": "青禾選物，您好", "detail": None},
        {"at": now(-62), "kind": "menu", "text": "配送與收件", "detail": "按 2"},
        {"at": now(-50), "kind": "question", "text": "我的包裹送到隔壁大樓了，怎麼辦？", "detail": None},
        {"at": now(-45), "kind": "answer", "text": "包裹送錯地址怎麼處理？", "detail": None},
        {"at": now(-20), "kind": "helped", "text": "沒有幫助", "detail": None},
    ],
}
PAST = [
    {"contact_id": uid(), "channel": "chat", "direction": "inbound", "topic_label": "包裹目前在哪裡", "started_at": now(-86400), "outcome": "abandoned_in_queue", "disposition_labels": [], "agent_name": None, "note": None},
    {"contact_id": uid(), "channel": "voice", "direction": "inbound", "topic_label": "變更配送時間", "started_at": now(-86400 * 8), "outcome": "handled", "disposition_labels": [{"en": "Delivery change", "zh-Hant": "變更配送", "zh-Hans": "更改配送"}], "agent_name": "許志明", "note": "改到週三下午，已請物流備註。"},
    {"contact_id": uid(), "channel": "voice", "direction": "inbound", "topic_label": "電子發票載具", "started_at": now(-86400 * 60), "outcome": "solved_by_self_service", "disposition_labels": [], "agent_name": None, "note": None},
]
ORDERS = [
    {"number": "VG-21044", "placed_at": now(-86400 * 3), "status": "delivered", "total_minor": 860, "currency": "TWD", "items": ["26 公分鑄鐵鍋", "隔熱手套"]},
    {"number": "VG-20871", "placed_at": now(-86400 * 40), "status": "refunded", "total_minor": 1480, "currency": "TWD", "items": ["電子鍋"]},
]
POP = {
    "identification": "certain", "customer": CUSTOMER, "candidates": [], "self_service": SERVICE,
    "usual_topics": [{"topic": "delivery", "label": "配送問題", "count": 4, "article_id": ART, "article_title": "如何變更配送時間？"}, {"topic": "invoice", "label": "發票", "count": 1, "article_id": None, "article_title": None}],
    "past_contacts": PAST, "orders": ORDERS,
}
UNKNOWN = {
    "identification": "unknown", "customer": None,
    "candidates": [
        {"customer_id": CUST, "display_name": "王怡君", "tier": "gold", "reason": "household_number", "last_contact_at": now(-86400)},
        {"customer_id": uid(), "display_name": "陳冠宇", "tier": "standard", "reason": "shared_number", "last_contact_at": now(-86400 * 90)},
    ],
    "self_service": {**SERVICE, "question": None, "article_title": None, "article_id": None, "unsolved_reason": "asked_for_agent", "path": SERVICE["path"][:2]},
    "usual_topics": [], "past_contacts": [], "orders": [],
}
DISPOSITIONS = [
    {"code": c, "labels": {"en": e, "zh-Hant": h, "zh-Hans": s}}
    for c, e, h, s in [
        ("delivery_address", "Wrong address", "送錯地址", "送错地址"), ("delivery_late", "Late delivery", "配送延誤", "配送延误"),
        ("refund_status", "Refund status", "退款進度", "退款进度"), ("refund_request", "Refund request", "申請退款", "申请退款"),
        ("invoice", "Invoice", "發票", "发票"), ("account", "Account and sign-in", "帳號與登入", "账号与登录"), ("other", "Other", "其他", "其他"),
    ]
]
TEXT = {
    "zh-Hant": [("包裹送錯地址怎麼處理？", "先向物流查件，兩個工作天內沒有找到就重新寄送或退款。", ["很抱歉包裹送到了別的大樓，我現在就向物流開立查件。", "物流有兩個工作天的時間，把包裹送回給您。", "如果沒有找到，您可以選擇免費重新寄送，或是全額退款。"]),
                ("如何變更配送時間？", "出貨前可以在訂單頁變更；出貨後請聯絡物流。", ["請打開訂單頁，點「變更配送」。", "選擇新的日期與時段，按儲存。"]),
                ("包裹顯示已送達但沒有收到", "請先詢問管理室與同住家人，再由我們調閱簽收照片。", ["我先為您調閱簽收照片。", "請您同時詢問管理室。"])],
    "en": [("My parcel went to the wrong address", "We open a trace with the courier; after two working days we resend or refund.", ["I am sorry your parcel went to the wrong building. I am opening a trace with the courier now.", "The courier has two working days to bring it to you.", "If they cannot, you choose: we send it again at no cost, or we refund you."]),
           ("How do I change the delivery time?", "Before dispatch, on the order page; after dispatch, with the courier.", ["Open the order and choose Change delivery.", "Pick a day and time, then save."])],
}
STATE = {"seq": 10, "presence": "offline", "reason": None, "presence_since": now(), "activity": "idle", "activity_since": now(), "offers": [], "contacts": [], "events": [], "wrap": None, "build": "1", "cseq": 3}
SOCKETS: set[WebSocket] = set()
PHONES: set[WebSocket] = set()
LINES = []


def line(kind, actor="system", channel="voice", at=None, contact=None, name=None, **data):
    return {"touchpoint_id": uid(), "contact_id": contact, "kind": kind, "channel": channel, "at": at or now(), "actor": actor, "actor_name": name, "data": data}


def history():
    d = 86400
    old = PAST[1]["contact_id"]
    chat = PAST[0]["contact_id"]
    LINES[:] = [
        line("contact.closed", at=now(-d + 90), contact=chat, channel="chat", outcome="abandoned_in_queue"),
        line("contact.queued", at=now(-d + 60), contact=chat, channel="chat"),
        line("contact.opened", actor="customer", at=now(-d), contact=chat, channel="chat"),
        line("wrap_up.completed", at=now(-8 * d + 320), contact=old, agent="許志明", dispositions=["delivery_late"], by="agent"),
        line("note.added", actor="agent", name="許志明", at=now(-8 * d + 300), contact=old, body="改到週三下午，已請物流備註。"),
        line("contact.ended", at=now(-8 * d + 290), contact=old, ended_by="customer", handled_seconds=192),
        line("contact.connected", at=now(-8 * d + 98), contact=old, agent="許志明", waited_seconds=12),
        line("contact.opened", actor="customer", at=now(-8 * d), contact=old),
    ]


history()


def agent():
    return {"agent_id": AGENT, "presence": STATE["presence"], "presence_reason": STATE["reason"], "presence_since": STATE["presence_since"], "activity": STATE["activity"], "activity_since": STATE["activity_since"], "wrap_up_until": STATE["wrap"]}


def snapshot():
    return {"stream": f"agent:{AGENT}", "seq": STATE["seq"], "now": now(), "agent": agent(), "offers": STATE["offers"], "contacts": STATE["contacts"], "dispositions": DISPOSITIONS,
            "queues": [{"queue_id": "7a", "name": "訂單與配送", "waiting": 4, "longest_since": now(-161)}, {"queue_id": "7b", "name": "退款", "waiting": 1, "longest_since": now(-12)}, {"queue_id": "7c", "name": "會員服務", "waiting": 0, "longest_since": None}]}


async def push(kind, stream=None, **body):
    if stream is None:
        STATE["seq"] += 1
        stream, seq = f"agent:{AGENT}", STATE["seq"]
    else:
        STATE["cseq"] += 1
        seq = STATE["cseq"]
    event = {"type": kind, "stream": stream, "seq": seq, "at": now(), **body}
    for ws in list(SOCKETS):
        await ws.send_text(json.dumps({"type": "events", "events": [event]}))


async def log(*args, **kwargs):
    one = line(*args, **kwargs)
    LINES.insert(0, one)
    await push("touchpoint.added", stream=f"customer:{CUST}", touchpoint=one)


async def activity(value):
    STATE.update(activity=value, activity_since=now())
    await push("agent.state_changed", agent=agent())


async def change(contact, **change):
    contact.update(change)
    contact["version"] += 1
    await push("contact.changed", contact=contact)
    return contact


ME = {"agent_id": AGENT, "login": "mei", "display_name": "黃美玲", "role": "agent", "locale": "zh-Hant", "permissions": [], "company_name": "青禾選物 Verdant Goods", "build": "1"}


@app.get("/api/v1/session")
async def session(request: Request):
    return ME if request.cookies.get("s") else JSONResponse({"code": "not_signed_in", "title": "Not signed in", "status": 401, "detail": "Sign in."}, 401)


@app.post("/api/v1/session")
async def sign_in(request: Request, response: Response):
    body = await request.json()
    if body["password"] != "demo":
        return JSONResponse({"code": "wrong_credentials", "title": "x", "status": 401, "detail": "No."}, 401)
    response.set_cookie("s", "1")
    return ME


@app.delete("/api/v1/session", status_code=204)
async def sign_out(response: Response):
    response.delete_cookie("s")


@app.post("/api/v1/session/socket-ticket")
async def ticket():
    return {"ticket": "t", "expires_at": now(60)}


@app.post("/api/v1/session/softphone-token")
async def token(request: Request):
    return {"backend": "demo", "url": f"ws://{request.headers['host']}/sim/client", "token": "t", "identity": "agent_1", "expires_at": now(3600)}


@app.put("/api/v1/agents/me/presence")
async def presence(request: Request):
    body = await request.json()
    STATE.update(presence=body["presence"], reason=body.get("reason"), presence_since=now())
    if STATE["activity"] == "not_responding":
        STATE["activity"] = "idle"
    await push("agent.state_changed", agent=agent())
    return agent()


@app.post("/api/v1/offers/{offer_id}/accept")
async def accept(offer_id: str):
    offer = next((o for o in STATE["offers"] if o["offer_id"] == offer_id), None)
    if not offer:
        return JSONResponse({"code": "offer_no_longer_available", "title": "x", "status": 409, "detail": "The offer is over."}, 409)
    offer["state"] = "accepting"
    await push("offer.accepting", offer_id=offer_id, contact_id=offer["contact_id"])
    for ws in PHONES:
        await ws.send_text(json.dumps({"type": "incoming", "call_sid": "CA1", "from": offer["from_address"], "params": {"leg": "l1"}}))
    return {"offer_id": offer_id, "state": "accepting"}


@app.post("/api/v1/offers/{offer_id}/reject")
async def reject(offer_id: str):
    await end_offer("rejected")
    await activity("idle")
    return {"offer_id": offer_id, "state": "rejected"}


async def end_offer(state):
    offer = STATE["offers"].pop()
    await push("offer.ended", offer_id=offer["offer_id"], contact_id=offer["contact_id"], state=state, reason=None)
    return offer


async def connected():
    if not STATE["offers"]:
        return
    offer = await end_offer("accepted")
    contact = {"contact_id": offer["contact_id"], "channel": "voice", "direction": "inbound", "state": "active", "outcome": None, "queue_name": offer["queue_name"], "from_address": offer["from_address"], "opened_at": now(-70), "queued_at": offer["waiting_since"], "accepted_at": now(), "ended_at": None, "wrap_up_until": None, "call_state": "talking", "pending_command": None, "command_error": None, "held_since": None, "notes": [], "dispositions": [], "screen_pop": offer["screen_pop"], "version": 1}
    STATE["contacts"].append(contact)
    await push("contact.changed", contact=contact)
    await activity("on_contact")
    await log("contact.connected", contact=contact["contact_id"], agent="黃美玲", waited_seconds=12)


def of(contact_id):
    return next(c for c in STATE["contacts"] if c["contact_id"] == contact_id)


async def confirm(contact, **what):
    await asyncio.sleep(0.5)
    await change(contact, pending_command=None, **what)


@app.post("/api/v1/contacts/{cid}/{command}")
async def command(cid: str, command: str, request: Request):
    contact = of(cid)
    if command == "hold":
        asyncio.create_task(confirm(contact, call_state="held", held_since=now()))
        return await change(contact, pending_command="hold")
    if command == "resume":
        asyncio.create_task(confirm(contact, call_state="talking", held_since=None))
        return await change(contact, pending_command="resume")
    if command == "hang-up":
        return await hang_up(contact, "agent")
    body = await request.json() if command != "wrap-up/extend" else {}
    if command == "notes":
        note = {"note_id": body["client_id"], "body": body["body"], "agent_name": "黃美玲", "at": now()}
        contact["notes"].append(note)
        await log("note.added", actor="agent", name="黃美玲", contact=cid, body=body["body"])
        return note
    if command == "customer":
        pop = POP if body["customer_id"] else {**contact["screen_pop"], "candidates": []}
        return await change(contact, screen_pop=pop)
    if command == "wrap-up":
        STATE["contacts"].remove(contact)
        STATE["wrap"] = None
        await push("contact.removed", contact_id=cid)
        await activity("idle")
        return {**contact, "state": "closed"}


@app.post("/api/v1/contacts/{cid}/wrap-up/extend")
async def extend(cid: str):
    contact = of(cid)
    until = (datetime.fromisoformat(contact["wrap_up_until"]) + timedelta(seconds=30)).isoformat()
    return await change(contact, wrap_up_until=until)


async def hang_up(contact, by):
    for ws in PHONES:
        await ws.send_text(json.dumps({"type": "disconnected", "call_sid": "CA1", "reason": by}))
    STATE["wrap"] = now(30)
    await change(contact, state="wrap_up", call_state="closed", ended_at=now(), wrap_up_until=STATE["wrap"])
    await activity("wrap_up")
    await log("contact.ended", contact=contact["contact_id"], ended_by=by, handled_seconds=43)
    return contact


@app.get("/api/v1/customers/{cid}/timeline")
async def timeline(cid: str, before: str | None = None):
    lines = LINES[6:] if before else LINES[:6]
    return {"stream": f"customer:{cid}", "seq": STATE["cseq"], "touchpoints": lines, "next_before": None if before else "6"}


@app.get("/api/v1/contacts/{cid}/timeline")
async def contact_timeline(cid: str):
    return {"stream": f"contact:{cid}", "seq": 1, "touchpoints": [line("contact.opened", actor="customer", contact=cid)], "next_before": None}


@app.get("/api/v1/contacts/{cid}")
async def contact(cid: str):
    return JSONResponse({"code": "not_found", "title": "x", "status": 404, "detail": "No such contact."}, 404)


@app.get("/api/v1/faq/search")
async def faq(q: str, lang: str):
    return {"search_id": uid(), "results": [{"article_id": str(uuid.uuid5(uuid.NAMESPACE_URL, t)), "title": t, "answer_short": a, "answer": a + "\n\n- **" + "**\n- **".join(s) + "**", "spoken_steps": s, "lang": lang, "score": 0.9, "probability": 0.9} for t, a, s in TEXT.get(lang, TEXT["en"])]}


@app.post("/api/v1/faq/uses", status_code=204)
async def uses():
    return Response(status_code=204)


@app.post("/dev/{action}")
async def dev(action: str):
    if action in ("offer", "offer-unknown"):
        pop = POP if action == "offer" else UNKNOWN
        cid = uid()
        offer = {"offer_id": uid(), "contact_id": cid, "state": "pending", "channel": "voice", "queue_name": "訂單與配送", "made_at": now(), "expires_at": now(20), "waiting_since": now(-12), "from_address": "+886912345678", "screen_pop": pop}
        STATE["offers"].append(offer)
        await push("offer.made", offer=offer)
        await activity("offered")
        for kind, actor, data in [("contact.opened", "customer", {}), ("contact.queued", "system", {"topic_label": "包裹送錯地址"}), ("offer.made", "system", {"agent": "黃美玲"})]:
            await log(kind, actor=actor, contact=cid, **data)
    if action == "miss":
        await end_offer("timed_out")
        await activity("not_responding")
    if action == "hangup":
        await hang_up(STATE["contacts"][0], "customer")
    if action == "drop":
        STATE["down"] = True
        for ws in list(SOCKETS):
            await ws.close(1013)
    if action == "up":
        STATE["down"] = False
    if action == "reset":
        STATE.update(offers=[], contacts=[], activity="idle", presence="offline", reason=None, wrap=None, down=False)
        history()
    return {"ok": True}


@app.websocket("/ws/agent")
async def ws_agent(ws: WebSocket):
    if STATE.get("down"):
        await ws.close(1013)
        return
    await ws.accept()
    hello = await ws.receive_json()
    mine = f"agent:{AGENT}"
    resumed = hello["streams"].get(mine) == STATE["seq"]
    streams = {s: {"seq": n, "mode": "resume"} for s, n in hello["streams"].items()}
    await ws.send_json({"type": "welcome", "reply_to": hello["id"], "agent_id": AGENT, "heartbeat_seconds": 5, "now": now(), "build": "1", "streams": streams})
    if not resumed:
        await ws.send_json({"type": "snapshot", "snapshot": snapshot()})
    SOCKETS.add(ws)
    try:
        while True:
            frame = await ws.receive_json()
            if frame["type"] == "heartbeat":
                await ws.send_json({"type": "heartbeat", "reply_to": frame["id"], "now": now(), "streams": {mine: STATE["seq"]}})
            elif frame["type"] == "watch":
                await ws.send_json({"type": "result", "reply_to": frame["id"], "streams": {frame["stream"]: {"seq": frame["from_seq"], "mode": "resume"}}})
            else:
                print(frame)
                await ws.send_json({"type": "result", "reply_to": frame["id"], "streams": {}})
    except (WebSocketDisconnect, RuntimeError):
        pass
    finally:
        SOCKETS.discard(ws)


@app.websocket("/sim/client")
async def ws_phone(ws: WebSocket):
    await ws.accept()
    PHONES.add(ws)
    try:
        while True:
            frame = await ws.receive_json()
            print(frame)
            if frame["type"] == "register":
                await ws.send_json({"type": "registered", "identity": "agent_1"})
            if frame["type"] == "accept":
                await ws.send_json({"type": "connected", "call_sid": frame["call_sid"]})
                await asyncio.sleep(0.1)
                await connected()
    except (WebSocketDisconnect, RuntimeError):
        pass
    finally:
        PHONES.discard(ws)


app.mount("/static", StaticFiles(directory=STATIC))


@app.get("/console")
@app.get("/console/{path:path}")
async def console(path: str = ""):
    return FileResponse(STATIC / "console/index.html", headers={"Cache-Control": "no-cache"})


if __name__ == "__main__":
    uvicorn.run(app, port=8977, log_level="warning")
