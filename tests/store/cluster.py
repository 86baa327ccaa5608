"""A PostgreSQL server for the tests: the one that runs, or one of our own for the length of the run."""

import asyncio
import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg

OWN = "own"
"""The value of ALERTD_TEST_POSTGRES that asks for a server of our own even where one runs."""


class NoServer(Exception):
    """Why there is none."""


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The address of a server, without a database's name: "postgresql://user@host:port".

    In this order: ALERTD_TEST_POSTGRES, 127.0.0.1:5432 as PGUSER, postgres or oneself, a private cluster.

    :raises NoServer: none answers and none can be started.
    """
    wanted = os.environ.get("ALERTD_TEST_POSTGRES", "")
    if wanted != OWN:
        for address in [wanted] if wanted else _usual():
            if asyncio.run(_answers(address)):
                yield address
                return
    if wanted not in {"", OWN}:
        raise NoServer("PostgreSQL at ALERTD_TEST_POSTGRES does not answer")
    with _cluster() as address:
        yield address


def run(address: str, *commands: str) -> None:
    """Run commands at the server, each by itself."""
    asyncio.run(send(address, *commands))


def _usual() -> list[str]:
    users = [os.environ.get("PGUSER"), "postgres", getpass.getuser()]
    return [f"postgresql://{user}@127.0.0.1:5432" for user in dict.fromkeys(filter(None, users))]


async def _answers(address: str) -> bool:
    try:
        connection = await asyncpg.connect(f"{address}/postgres", timeout=3)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    may_create = await connection.fetchval("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user")
    await connection.close()
    return bool(may_create)


async def send(address: str, *commands: str) -> None:
    """The same from within a loop."""
    connection = await asyncpg.connect(f"{address}/postgres", timeout=60)
    try:
        for command in commands:
            await connection.execute(command)
    finally:
        await connection.close()


@contextlib.contextmanager
def _cluster() -> Iterator[str]:
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="alertd-postgres-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data, port = folder / "data", _free_port()
        _as_postgres(
            binaries / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"
        )
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        _as_postgres(
            binaries / "pg_ctl", "-D", data, "-w", "-t", "30", "-l", folder / "log", "-o", options, "start"
        )
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}"
        finally:
            _as_postgres(binaries / "pg_ctl", "-D", data, "-w", "-t", "30", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        raise NoServer("PostgreSQL neither answers at 127.0.0.1:5432 nor is installed")
    return found[-1].parent if found else Path(on_path or "").resolve().parent


def _as_postgres(*command: Path | str) -> None:
    """The server refuses to run as root. Its output goes to its log: a pipe would wait for the server's end."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    try:
        subprocess.run(  # noqa: S603 - the command is ours
            [*prefix, *map(str, command)],
            check=True,
            cwd="/",
            timeout=60,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoServer(f"PostgreSQL could not be started ({Path(command[0]).name}: {error})") from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
