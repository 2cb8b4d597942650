"""Rules of the code base that a tool can check: who may import whom, who commits, and where the time comes from."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Whoever opens a transaction decides what is one change, so only edges do: requests, sockets, jobs and loops.
# Sign-in is the one service that needs several: a refused attempt must be remembered.
OPENS_TRANSACTIONS = {
    "app/announcements/uploads.py",
    "app/core/http.py",
    "app/core/objects.py",
    "app/console/socket.py",
    "app/console/housekeeping.py",
    "app/agents/sessions.py",
    "app/routing/callback_timers.py",
    "app/routing/router.py",
    "app/channels/voice/agent_answering.py",
    "app/channels/voice/answering.py",
    "app/channels/voice/inbound.py",
    "app/channels/voice/orders/callback.py",
    "app/channels/voice/orders/legs.py",
    "app/channels/voice/reconcile.py",
    "app/channels/voice/recording/fetching.py",
    "app/channels/voice/recording/reports.py",
    "app/channels/voice/recording/timers.py",
    "app/channels/chat/desk.py",
    "app/channels/chat/endpoints.py",
    "app/channels/chat/request_endpoints.py",
    "app/channels/chat/socket.py",
    "app/channels/chat/timers.py",
    "app/channels/messaging/inbound.py",
    "app/channels/messaging/media.py",
    "app/channels/messaging/reports.py",
    "app/channels/messaging/sending.py",
    "app/channels/messaging/timers.py",
    "app/channels/voice/reports.py",
    "app/channels/voice/sending.py",
    "app/channels/voice/survey/answering.py",
    "app/channels/voice/waiting.py",
    "app/demo/seed.py",
    "app/commands/faq.py",
    "app/commands/faq_files.py",
    "app/faq/calibration_runs.py",
    "app/faq/import_jobs.py",
    "app/faq/keeper.py",
    "app/faq/timers.py",
    "app/intake/web_requests.py",
    "app/web/help/reading.py",
    "app/web/help/questions.py",
}
# A listening connection, the job library's, and the one that holds the migration lock cannot come from the pool.
CONNECTS_ITSELF = {"app/core/bus.py", "app/core/jobs.py", "app/core/migrate.py"}
READS_THE_SYSTEM_CLOCK = {
    "app/channels/voice/screening.py": "looks for contacts by the age of their ids, and ids follow this clock",
    "app/core/clock.py": "the one source of now",
    "app/core/ids.py": "ids only have to grow; a test's frozen clock must not make them collide",
    "app/demo/run.py": "measures how long the start took, for a person to read",
}


def python_files(*folders: str) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def tracked_files() -> list[Path]:
    """What git knows; in an unpacked archive there is nothing else but the product."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.split("\0") if listed.returncode == 0 else []
    return [path for path in (ROOT / name for name in names if name) if path.is_file()]


def having(pattern: str, *folders: str) -> set[str]:
    return {name for name, text in python_files(*folders) if re.search(pattern, text)}


def test_packages_import_only_downwards() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", "pyproject.toml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_the_database_module_commits() -> None:
    begins = r"pool\.acquire\(|connection\.transaction\(|\.commit\(|\bbegin;|\brollback\("
    assert having(begins, "app") == {"app/core/db.py"}


def test_only_edges_open_transactions() -> None:
    opens = r"(database|_database|database_of\(request\))\.transaction\("
    assert having(opens, "app") == OPENS_TRANSACTIONS


def test_connections_come_from_the_pool() -> None:
    assert having(r"asyncpg\.connect\(", "app") == CONNECTS_ITSELF


def test_sql_asks_one_function_for_the_time() -> None:
    other_clocks = re.compile(
        r"(?<![\w.])(now|clock_timestamp|transaction_timestamp)\(\)|current_(timestamp|date|time)\b|localtimestamp",
        re.IGNORECASE,
    )
    found = {name for name, text in python_files("app", "migrations") if other_clocks.search(text)}
    for path in sorted((ROOT / "migrations" / "sql").glob("*.sql")):
        rules = [line.split("--")[0] for line in path.read_text(encoding="utf-8").splitlines()]
        if other_clocks.search("\n".join(rules)):
            found.add(path.name)
    assert found == {"0001_jobs.sql"}, "only the job library's own tables use the server's clock"


def test_code_asks_one_function_for_the_time() -> None:
    clocks = r"\btime\.time(_ns)?\(|datetime\.(now|utcnow|today)\(|date\.today\("
    assert having(clocks, "app") == set(READS_THE_SYSTEM_CLOCK)


def test_background_work_is_supervised() -> None:
    assert having(r"\.create_task\(", "app") == {"app/core/tasks.py"}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        n for n, text in python_files("app", "simulator") if text.strip() and not text.startswith('"""')
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("the path of somebody's machine", r"(?<![\w.)}>*-])/(work|root|home|Users)/(?!runner)[a-z]"),
        ("the address of a package registry", r"https?://[\w.:-]*(registry|pypi|pythonhosted|artifactory)"),
    ],
)
def test_no_file_holds(what: str, pattern: str) -> None:
    found = []
    for path in tracked_files():
        match = re.search(pattern, path.read_text(encoding="utf-8", errors="replace"))
        if match and path != Path(__file__):
            found.append(f"{path.relative_to(ROOT)}: {match[0]}")
    assert found == [], what


def test_answering_a_webhook_asks_nobody_outside() -> None:
    """Nothing that the carrier's webhooks import can make a request: commands wait in the outbox for the worker."""
    probe = (
        "import sys, app.channels.voice.webhooks\n"
        "asks = {'app.channels.twilio.client', 'httpx', 'requests', 'aiohttp', 'twilio.rest', 'urllib3'}\n"
        "print(*sorted(asks & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
