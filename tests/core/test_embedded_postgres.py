"""The private PostgreSQL with real processes: it starts, is shared, survives kill -9 and stops by itself."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from app.core.embedded_postgres import (
    EmbeddedPostgres,
    EmbeddedPostgresError,
    RunningPostgres,
    cluster,
    homes,
    locks,
    storage,
)
from app.core.embedded_postgres.binaries import find_binaries
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
GRACE_S = 0.4

Client = subprocess.Popen[str]
StartClient = Callable[..., Client]

CLIENT = """
import asyncio, asyncpg, sys
from pathlib import Path
from app.core.embedded_postgres import EmbeddedPostgres

async def commit_for_ever(dsn):
    connection = await asyncpg.connect(dsn)
    await connection.execute("create table if not exists ledger (number int)")
    print("server", await connection.fetchval("select pg_postmaster_start_time()"), flush=True)
    number = 0
    while True:
        number += 1
        await connection.execute("insert into ledger values ($1)", number)
        print("committed", number, flush=True)

server = EmbeddedPostgres(Path(sys.argv[1]), grace_s=float(sys.argv[2]), for_tests=sys.argv[3] == "fast")
running = server.start(lambda line: print(line, flush=True))
asyncio.run(commit_for_ever(running.dsn))
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that every account can reach, removed together with whatever was started in it."""
    folder = Path(tempfile.mkdtemp(prefix="sb-pg-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder / "postgres"
    for used in homes.find_homes(folder):
        homes.wait_stopped(used)
        shutil.rmtree(used)
    shutil.rmtree(folder)


@pytest.fixture
def start_client(home: Path) -> Iterator[StartClient]:
    """Starts another process that starts the server and commits a growing number until it is killed."""
    clients: list[Client] = []

    def begin(durability: str = "fast") -> Client:
        command = [sys.executable, "-c", CLIENT, str(home), str(GRACE_S), durability]
        client = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        clients.append(client)
        return client

    yield begin
    for client in clients:
        kill(client)


def start(home: Path, *, for_tests: bool = False) -> RunningPostgres:
    return EmbeddedPostgres(home, grace_s=GRACE_S, for_tests=for_tests).start()


def read_until(client: Client, word: str) -> str:
    assert client.stdout is not None
    for line in client.stdout:
        if line.startswith(word):
            return line
    raise AssertionError(f"the client ended before it said {word!r}")


def kill(client: Client) -> str:
    """kill -9; returns what it had said until then."""
    client.kill()
    rest = "" if client.stdout is None or client.stdout.closed else client.stdout.read()
    client.wait(timeout=20)
    if client.stdout is not None:
        client.stdout.close()
    return rest


def processes_naming(text: str) -> dict[int, str]:
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, check=True
    )
    rows = (line.split(maxsplit=1) for line in listed.stdout.splitlines() if text in line)
    return {int(pid): arguments for pid, arguments in rows}


async def fetch(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn, timeout=20)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_data_is_there_again_after_a_stop_and_a_second_start(home: Path) -> None:
    with start(home) as first:
        await fetch(first.dsn, "create table kept as select 42 as answer")
    homes.wait_stopped(first.home)
    with start(home) as second:
        assert await fetch(second.dsn, "select answer from kept") == 42


async def test_server_listens_on_a_private_socket_only_and_sorts_alike_everywhere(home: Path) -> None:
    with start(home, for_tests=True) as running:
        assert await fetch(running.dsn, "show listen_addresses") == ""
        directory = str(await fetch(running.dsn, "show unix_socket_directories"))
        assert os.stat(directory).st_mode & 0o077 == 0
        assert await fetch(running.dsn, "show data_checksums") == "on"
        collation = (
            "select datlocprovider::text || datlocale from pg_database where datname = current_database()"
        )
        assert await fetch(running.dsn, collation) == "bC.UTF-8", "sorting must not depend on the machine"


@pytest.mark.process
def test_two_starters_at_once_share_one_server(home: Path, start_client: StartClient) -> None:
    clients = [start_client(), start_client()]
    servers = {read_until(client, "server") for client in clients}
    for client in clients:
        kill(client)
    assert len(servers) == 1


@pytest.mark.process
async def test_killed_client_leaves_no_process_and_loses_no_commit(
    home: Path, start_client: StartClient
) -> None:
    client = start_client("durable")
    read_until(client, "committed 200")
    acknowledged = kill(client).count("committed") + 200
    wait_until(lambda: not processes_naming(str(home)), 60.0, "the server and its supervisor to end")
    with start(home) as running:
        found = await fetch(running.dsn, "select count(*) from ledger")
    assert isinstance(found, int)
    assert found >= acknowledged


@pytest.mark.process
async def test_server_stays_for_the_clients_that_are_left(home: Path, start_client: StartClient) -> None:
    with start(home, for_tests=True) as running:
        client = start_client()
        read_until(client, "committed")
        kill(client)
        longer_than_the_grace = f"select 'answered' from pg_sleep({GRACE_S * 4})"
        assert await fetch(running.dsn, longer_than_the_grace) == "answered"


@pytest.mark.process
async def test_start_after_the_server_itself_was_killed(home: Path) -> None:
    with start(home) as running:
        await fetch(running.dsn, "create table kept as select 7 as answer")
        status = cluster.read_status(running.home / "data")
        assert status is not None
        os.kill(status.pid, signal.SIGKILL)
        with start(home) as again:
            assert await fetch(again.dsn, "select answer from kept") == 7


@pytest.mark.process
async def test_server_ends_although_its_supervisor_was_killed(home: Path) -> None:
    with start(home, for_tests=True) as first:
        for pid, arguments in processes_naming(str(home)).items():
            if "supervisor" in arguments:
                os.kill(pid, signal.SIGKILL)
        supervisor_lock = first.home / "supervisor.lock"
        wait_until(lambda: not locks.is_held(supervisor_lock), what="the supervisor to die")
        with start(home, for_tests=True) as second:
            assert await fetch(second.dsn, "select 1") == 1
    homes.wait_stopped(first.home)
    assert not processes_naming(str(home))


@pytest.mark.process
async def test_start_after_making_the_cluster_was_interrupted(home: Path, start_client: StartClient) -> None:
    client = start_client()
    read_until(client, "making a PostgreSQL")
    kill(client)
    with start(home, for_tests=True) as running:
        assert await fetch(running.dsn, "select 1") == 1
    assert [name for name in os.listdir(running.home) if name.startswith("data")] == ["data"]


async def test_status_file_of_a_crash_does_not_stop_the_start(home: Path) -> None:
    with start(home, for_tests=True) as running:
        pass
    homes.wait_stopped(running.home)
    reused_id = os.getpid()
    stale = f"{reused_id}\n{running.home}/data\n1\n5432\n{running.home}/s\n\n0 0\nready\n"
    (running.home / "data" / "postmaster.pid").write_text(stale)
    with start(home, for_tests=True) as again:
        assert await fetch(again.dsn, "select 1") == 1


@pytest.mark.process
def test_server_started_by_hand_is_left_alone(home: Path) -> None:
    with start(home, for_tests=True) as running:
        pass
    homes.wait_stopped(running.home)
    layout = storage.place(home)
    command = cluster.server_command(layout, find_binaries(layout.account, layout.home), {}, for_tests=True)
    with subprocess.Popen(command, cwd="/", stderr=subprocess.DEVNULL, **layout.account.switch) as by_hand:
        wait_until(lambda: (status := cluster.read_status(layout.data)) and status.accepts_connections)
        with pytest.raises(EmbeddedPostgresError, match=f"process {by_hand.pid}.*pg_ctl stop"):
            start(home)
        by_hand.send_signal(signal.SIGINT)


def test_data_of_another_version_is_refused_with_both_versions_named(home: Path) -> None:
    with start(home, for_tests=True) as running:
        pass
    homes.wait_stopped(running.home)
    (running.home / "data" / "PG_VERSION").write_text("12\n")
    with pytest.raises(EmbeddedPostgresError, match=r"made by PostgreSQL 12, but .* version \d+.*pg_dump"):
        start(home)
    assert (running.home / "data" / "global").exists()


async def test_test_server_with_unusable_data_is_built_afresh(home: Path) -> None:
    with start(home, for_tests=True) as running:
        pass
    homes.wait_stopped(running.home)
    (running.home / "data" / "PG_VERSION").write_text("12\n")
    with start(home, for_tests=True) as again:
        assert await fetch(again.dsn, "select 1") == 1


async def test_no_folder_above_the_home_is_changed(home: Path) -> None:
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)
    inside = closed / "var" / "postgres"
    above = [folder for folder in inside.parents if folder.exists()]
    before = [(folder.stat().st_mode, folder.stat().st_uid) for folder in above]
    with start(inside, for_tests=True) as running:
        assert await fetch(running.dsn, "select 1") == 1
    assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in above] == before
    homes.wait_stopped(running.home)
    assert homes.find_homes(closed / "var") == [running.home]
    shutil.rmtree(running.home)


async def test_home_with_a_long_path_works(home: Path) -> None:
    with start(home.parent / ("long" * 30), for_tests=True) as running:
        assert await fetch(running.dsn, "select 1") == 1
        directory = str(await fetch(running.dsn, "show unix_socket_directories"))
        assert len(os.fsencode(f"{directory}/{storage.SOCKET_NAME}")) < 100
    homes.wait_stopped(running.home)
    os.rmdir(directory)


def test_network_file_system_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = [("/", "ext4"), (str(home.parent), "nfs4")]
    monkeypatch.setattr(storage, "_mounts", lambda: mounts)
    with pytest.raises(EmbeddedPostgresError, match=r"nfs4.*SWITCHBOARD_HOME"):
        start(home)


def test_full_disk_is_said_before_anything_is_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "NEW_CLUSTER_BYTES", 1 << 60)
    with pytest.raises(EmbeddedPostgresError, match=rf"disk space in .*: a new database needs {1 << 40} MB"):
        start(home)
    assert not (home / "data").exists()


def test_named_folder_without_programs_is_an_error_not_a_reason_to_take_another(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHBOARD_PG_BIN", str(home.parent / "empty"))
    with pytest.raises(EmbeddedPostgresError, match=r"has no postgres, initdb, psql"):
        start(home)


def test_database_name_that_would_need_quotes_is_refused(home: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="lower-case letters"):
        EmbeddedPostgres(home, database="Robert'); --")
