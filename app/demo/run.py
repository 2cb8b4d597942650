"""Runs the whole product with the demo centre: database, service and phone simulator, until Ctrl-C.

The children are the production commands with settings in their environment. One that dies is started again: what
it had accepted is in the database.
"""

import asyncio
import contextlib
import ctypes
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.core import migrate
from app.core.db import Database
from app.core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from app.core.settings import Settings
from app.demo.goods import GOODS
from app.demo.seed import seed
from app.demo.summary import COMPANY, DemoSummary

READY_SECONDS = 60.0
STOP_SECONDS = 10.0
RESTART_PAUSE_SECONDS = 1.0
MAX_QUICK_RESTARTS = 5  # a child that cannot live is not started for ever
QUICK_SECONDS = 20.0
SHOWN_GOODS = 9  # on the shop's page
ROOT = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1  # prctl(2): a signal for this process when its parent dies


class DemoError(Exception):
    """The demo cannot run; the message says what is missing and how to mend it."""


def say(line: str) -> None:
    """Progress for the person at the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass(slots=True)
class Child:
    """One supervised process."""

    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it; it gets SIGTERM when this process dies in whatever way (Linux)."""
        self.starts.append(time.monotonic())
        self.process = subprocess.Popen(  # noqa: S603 -- our own interpreter and modules
            self.command,
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches this process only, which stops the others in order
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )

    @property
    def is_hopeless(self) -> bool:
        """Whether it has died too often in too short a time."""
        recent = [s for s in self.starts if time.monotonic() - s < QUICK_SECONDS]
        return len(recent) > MAX_QUICK_RESTARTS

    def stop(self) -> None:
        """Ask it to end, wait, then end it."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def run(settings: Settings) -> int:
    """Start everything, tell how to try it, and stay until interrupted."""
    started = float(os.environ.get("SWITCHBOARD_STARTED_AT", time.time()))
    try:
        check_port(settings.port, "SWITCHBOARD_PORT")
        check_port(settings.simulator_port, "SWITCHBOARD_SIMULATOR_PORT")
        with _database(settings) as dsn:
            summary = asyncio.run(_prepare(settings, dsn))
            return _serve(settings, dsn, summary, started)
    except (DemoError, EmbeddedPostgresError) as error:
        sys.stderr.write(f"\nswitchboard: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 0


@contextlib.contextmanager
def _database(settings: Settings) -> Any:
    if settings.database_url is not None:
        yield settings.database_url
        return
    say("Starting the private PostgreSQL (for a try-out; production sets SWITCHBOARD_DATABASE_URL) …")
    server = EmbeddedPostgres(ROOT / settings.home / "pg")
    running = server.start(lambda line: say(f"  {line}"))
    try:
        yield running.dsn
    finally:
        running.close()


def check_port(port: int, variable: str) -> None:
    """Raises DemoError when somebody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise DemoError(
                f"port {port} is taken; stop what runs there, or choose another: {variable}={port + 100} make run"
            ) from None


async def _prepare(settings: Settings, dsn: str) -> DemoSummary:
    say("Bringing the database to the newest schema …")
    await migrate.upgrade(dsn)
    database = Database(dsn, pool_size=2)
    await database.open()
    try:
        say("Setting up the demo centre …")
        return await seed(database, settings)
    finally:
        await database.close()


def _serve(settings: Settings, dsn: str, summary: DemoSummary, started: float) -> int:
    home = ROOT / settings.home
    account = _demo_account(home)
    base_url = f"http://127.0.0.1:{settings.port}"
    simulator_url = f"http://127.0.0.1:{settings.simulator_port}"
    config = home / "simulator.json"
    _write_json(config, simulator_config(summary, account, base_url, simulator_url), private=True)
    children = [
        Child(
            "simulator",
            [
                sys.executable,
                "-m",
                "simulator",
                "--port",
                str(settings.simulator_port),
                "--config",
                str(config),
            ],
            {},
        ),
        Child(
            "service",
            [sys.executable, "-m", "app", "serve", "--all"],
            service_environment(settings, dsn, account, base_url, simulator_url),
        ),
    ]
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        for child in children:
            child.start()
        _await_ready(children, [f"{base_url}/readyz", f"{simulator_url}/healthz"])
        _write_json(home / "demo.json", _demo_facts(summary, base_url, simulator_url))
        _tell(summary, base_url, simulator_url, time.time() - started)
        _watch(children)
    except KeyboardInterrupt:
        say("\nStopping …")
    finally:
        for child in reversed(children):
            child.stop()
    return 0


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def service_environment(
    settings: Settings, dsn: str, account: dict[str, str], base_url: str, simulator_url: str
) -> dict[str, str]:
    """What makes the production command serve the demo: only addresses and credentials."""
    return {
        "SWITCHBOARD_DATABASE_URL": dsn,
        "SWITCHBOARD_PORT": str(settings.port),
        "SWITCHBOARD_PUBLIC_BASE_URL": base_url,
        "SWITCHBOARD_COMPANY_NAME": COMPANY,
        "SWITCHBOARD_TWILIO_ACCOUNT_SID": account["account_sid"],
        "SWITCHBOARD_TWILIO_AUTH_TOKEN": account["auth_token"],
        "SWITCHBOARD_TWILIO_API_KEY_SID": account["api_key_sid"],
        "SWITCHBOARD_TWILIO_API_KEY_SECRET": account["api_key_secret"],
        "SWITCHBOARD_TWILIO_API_BASE_URL": simulator_url,
        "SWITCHBOARD_SOFTPHONE": "demo",
        "SWITCHBOARD_SOFTPHONE_URL": simulator_url.replace("http", "ws", 1) + "/sim/client",
        "SWITCHBOARD_LOG_FORMAT": "console",
        "SWITCHBOARD_LOG_LEVEL": os.environ.get("SWITCHBOARD_LOG_LEVEL", "warning"),
    }


def simulator_config(
    summary: DemoSummary, account: dict[str, str], base_url: str, simulator_url: str
) -> dict[str, Any]:
    """The simulated account: our numbers with our webhooks, the people who may call, and where its own API is, which
    addresses of recordings and files begin with."""
    hooks = f"{base_url}/webhooks/twilio/voice"
    return {
        **account,
        "api_base_url": simulator_url,
        "numbers": [
            {
                "number": number.number,
                "label": number.label,
                "voice_url": f"{hooks}/inbound",
                "status_callback": f"{hooks}/call-status",
                "message_url": f"{base_url}/webhooks/twilio/messaging/inbound",
            }
            for number in summary.numbers
        ],
        "callers": [
            {
                "label": caller.name,
                "number": None if caller.number == "anonymous" else caller.number,
                "language": caller.language,
                "note": caller.story[caller.language],
            }
            for caller in summary.callers
        ],
        "allow_origins": [base_url, base_url.replace("127.0.0.1", "localhost")],
        "shop": {
            "name": summary.company,
            "desk_url": base_url,
            "widget_key": summary.widget_key,
            "goods": [list(good) for good in GOODS[:SHOWN_GOODS]],
        },
    }


def _demo_account(home: Path) -> dict[str, str]:
    """Credentials of the simulated account, made once."""
    path = home / "demo-account.json"
    if path.exists():
        stored: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return stored
    account = {
        "account_sid": "AC" + secrets.token_hex(16),
        "auth_token": secrets.token_hex(16),
        "api_key_sid": "SK" + secrets.token_hex(16),
        "api_key_secret": secrets.token_urlsafe(24),
    }
    _write_json(path, account, private=True)
    return account


def _write_json(path: Path, data: object, *, private: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.touch(mode=0o600 if private else 0o644)
    draft.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def _demo_facts(summary: DemoSummary, base_url: str, simulator_url: str) -> dict[str, Any]:
    facts = summary.as_json()
    facts["addresses"] = {
        "console": f"{base_url}/console",
        "simulator": f"{base_url}/simulator",
        "help_centre": f"{base_url}/help",
        "shop": f"{simulator_url}/shop",
        "api_docs": f"{base_url}/api/docs",
        "simulator_control": simulator_url,
    }
    return facts


def _await_ready(children: list[Child], addresses: list[str]) -> None:
    say("Starting the service and the phone simulator …")
    deadline = time.monotonic() + READY_SECONDS
    waiting = list(addresses)
    while waiting:
        for child in children:
            if child.process is not None and child.process.poll() is not None:
                raise DemoError(
                    f"the {child.name} ended by itself (exit code {child.process.returncode}); see above"
                )
        if time.monotonic() > deadline:
            raise DemoError(f"no answer from {waiting[0]} within {READY_SECONDS:.0f} seconds; see above")
        try:
            if httpx.get(waiting[0], timeout=2).status_code == httpx.codes.OK:
                waiting.pop(0)
                continue
        except httpx.HTTPError:
            pass
        time.sleep(0.1)


def _watch(children: list[Child]) -> None:
    """Start again what dies, until interrupted."""
    while True:
        time.sleep(RESTART_PAUSE_SECONDS)
        for child in children:
            if child.process is None or child.process.poll() is None:
                continue
            if child.is_hopeless:
                raise DemoError(f"the {child.name} cannot stay alive; see the messages above")
            say(f"The {child.name} ended (exit code {child.process.returncode}); starting it again …")
            child.start()


def _tell(summary: DemoSummary, base_url: str, simulator_url: str, seconds: float) -> None:
    logins = ", ".join(f"{login.login} ({login.role})" for login in summary.logins)
    number = summary.numbers[0].number
    program = os.path.relpath(sys.executable)
    simulate_calls = f"{program} -m app simulate-calls --rate 12 --minutes 5"
    say(
        f"""
Ready after {seconds:.1f} s.  {summary.company}

  Console          {base_url}/console
  Phone simulator  {base_url}/simulator
  Help centre      {base_url}/help
  Shop with chat   {simulator_url}/shop
  API documents    {base_url}/api/docs
  Logins           {logins}
  Password         {summary.password}  (for all of them)

Six things to try
  1. Open the console as `mei` and start the shift; open the simulator beside it, call {number}
     as {summary.callers[0].name} and press 0: the console rings and already knows who calls and why.
  2. Call again, press 3 and ask 退款要多久? ("how long does a refund take?"): the machine answers
     from the FAQ and asks whether that helped.
  3. Let an offer ring out, or kill the service while it rings: the caller keeps the place, nothing is lost.
  4. Open the help centre and ask 退款什么时候到账? in the Traditional pages, or the reverse: the article is
     found in either script. Say that it did not help, and it stands in the figures.
  5. Open the shop and press its round button: ask, then ask for a person; the console has the conversation.
  6. In another terminal: {simulate_calls}
     A busy line: callers of all kinds for five minutes, and a report of what came of them.

Stop with Ctrl-C."""
    )
