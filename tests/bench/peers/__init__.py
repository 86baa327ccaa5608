"""What someone would pick instead, at the same work: messages handed in one by one, each POSTed to the sink.

The workers run before the first message is handed in, and are warm; the clock runs from the first hand-in until
the sink has counted the last. None of them keeps a row of a message.
"""

import contextlib
import importlib.util
import os
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from bench import children, wire

HOST, PORT = "127.0.0.1", 6379
WARM: Final = 200
_LONGEST_S: Final = 20.0
"""About so long is each of them timed at most: a slow one gets fewer messages."""
_WITHIN_S: Final = 120.0
_ASK: Final = "the dependency group `bench` is not installed (make bench)"


@dataclass(frozen=True, slots=True)
class Peer:
    """`package` is what must be installed, `side` its module here, `worker` the command line of its workers."""

    name: str
    package: str
    side: str
    worker: tuple[str, ...] = ()
    needs: str = ""


def _celery(name: str, pool: str, at_once: int, needs: str = "celery") -> Peer:
    command = ("celery", "-A", "bench.peers.celery_side", "worker", "--pool", pool, "-c", str(at_once))
    quiet = ("--loglevel", "ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat")
    return Peer(name, "celery", "celery_side", (*command, *quiet), needs)


PREFORK = "Celery, prefork"
PEERS: Final = (
    _celery(PREFORK, "prefork", os.cpu_count() or 2),
    _celery("Celery, 50 threads", "threads", 50),
    _celery("Celery, 50 greenlets", "gevent", 50, needs="gevent"),
    Peer(
        "Dramatiq, 2 x 25 threads",
        "dramatiq",
        "dramatiq_side",
        ("dramatiq", "bench.peers.dramatiq_side", "-p", "2", "-t", "25"),
    ),
    Peer(
        "taskiq, 2 x 25 tasks",
        "taskiq_redis",
        "taskiq_side",
        ("taskiq", "worker", "bench.peers.taskiq_side:broker", "-w", "2", "--max-async-tasks", "25"),
    ),
    Peer("Apprise", "apprise", "apprise_side"),
)


class NoRedis(Exception):
    """Why no queue can run."""


async def measure(url: str, sink: wire.Sink, many: int) -> dict[str, Any]:
    """{"messages/s": {peer: figure}, "not_run": {peer: reason}, "versions": {package: version}}."""
    found: dict[str, Any] = {"messages": many, "messages/s": {}, "not_run": {}, "versions": {}}
    async with contextlib.AsyncExitStack() as stack:
        redis = ""
        try:
            redis = await stack.enter_async_context(_redis())
        except NoRedis as reason:
            found["not_run"] = {peer.name: str(reason) for peer in PEERS if peer.worker}
        for peer in PEERS:
            if lacking := [name for name in (peer.package, peer.needs) if name and not _there(name)]:
                found["not_run"][peer.name] = f"{', '.join(lacking)}: {_ASK}"
            elif peer.name not in found["not_run"]:
                await _try(found, peer, sink, {"BENCH_REDIS": redis, "BENCH_SINK": url})
    return found


async def _try(found: dict[str, Any], peer: Peer, sink: wire.Sink, environ: dict[str, str]) -> None:
    try:
        found["messages/s"][peer.name] = await _measure(peer, sink, found["messages"], environ)
    except TimeoutError:
        found["not_run"][peer.name] = f"it was not done within {_WITHIN_S:.0f} s"
    distribution = peer.package.replace("_", "-")
    found["versions"][distribution] = version(distribution)


def _there(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


async def _measure(peer: Peer, sink: wire.Sink, many: int, environ: dict[str, str]) -> float:
    async with contextlib.AsyncExitStack() as stack:
        if peer.worker:
            await stack.enter_async_context(_module(peer.worker, environ))
        producer = await stack.enter_async_context(_module(("bench.peers.producer", peer.side), environ))
        assert await children.line(producer) == "ready"
        await _hand_in(producer, sink, WARM)  # its workers are up
        pace = WARM / await _hand_in(producer, sink, WARM)
        many = min(many, max(WARM, round(pace * _LONGEST_S)))
        return many / await _hand_in(producer, sink, many)


def _module(
    command: Sequence[str], environ: dict[str, str]
) -> contextlib.AbstractAsyncContextManager[children.Process]:
    return children.module(*command, environ=environ, foreign=True)


async def _hand_in(producer: children.Process, sink: wire.Sink, many: int) -> float:
    """Seconds until the sink has counted so many more."""
    before = await sink.count()
    assert producer.stdin is not None
    began = time.perf_counter()
    producer.stdin.write(f"{many}\n".encode())
    await sink.has_counted(before + many, _WITHIN_S)
    took = time.perf_counter() - began
    assert await children.line(producer) == "enqueued"
    return took


@contextlib.asynccontextmanager
async def _redis() -> AsyncIterator[str]:
    """A database number where nobody has a key; what is put there is gone afterwards.

    :raises NoRedis: none answers, or none is free.
    """
    if not _there("redis"):
        raise NoRedis(f"redis: {_ASK}")
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    for number in range(15, 0, -1):
        client = Redis(host=HOST, port=PORT, db=number)
        async with client:
            try:
                free = await client.dbsize() == 0
            except (RedisError, OSError) as error:
                raise NoRedis(f"Redis does not answer at {HOST}:{PORT} ({type(error).__name__})") from error
            if free:
                yield f"redis://{HOST}:{PORT}/{number}"
                async for key in client.scan_iter("alertd-bench*"):
                    await client.unlink(key)
                return
    raise NoRedis("none of Redis' databases 1 to 15 is empty")
