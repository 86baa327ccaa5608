"""The composition root: the only place that constructs. An AsyncExitStack closes what was opened, in reverse.

A loop that dies ends the process, and systemd starts it again: never a daemon that answers HTTP and sends nothing.
"""

import gc
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from aiohttp import web

from alertd import catalogue
from alertd.clock import DAY, Clock, SystemClock
from alertd.deliver import receipts, rehearsal, routes
from alertd.deliver.dispatch import WORKERS, Dispatch, Line
from alertd.deliver.fan_out import FanOut
from alertd.deliver.figures import Figures
from alertd.deliver.health import Health
from alertd.deliver.hosts import by_host
from alertd.deliver.lease import part
from alertd.deliver.lookups import Lookups
from alertd.deliver.loops import Loops, Step
from alertd.deliver.pace import Bucket
from alertd.deliver.pulse import Pulse
from alertd.deliver.receipts import Receipts
from alertd.deliver.render import Renderer
from alertd.deliver.spool import Spool
from alertd.deliver.stranded import Stranded
from alertd.deliver.tend import Tend
from alertd.errors import ConfigurationError
from alertd.issue.desk import Desk
from alertd.keys import Keyring
from alertd.schedule.ticks import ticking
from alertd.settings import Settings
from alertd.store import Database, connect, ids
from alertd.subscribe.topics import register_topics
from alertd.web import callbacks
from alertd.web.app import build
from alertd.web.rooms import Rooms
from gateways.contract import Gateway, Message, OptionError, Surroundings
from gateways.loader import load

HEARTBEAT_S: Final = 30.0
"""A loop that has not come round for so long is not ready."""

log = structlog.get_logger(__name__)


def store_of(settings: Settings, clock: Clock) -> Database:
    """The store that the settings name, not yet opened."""
    return connect(settings.store.url, clock, readers=settings.store.readers)


def keyring_of(settings: Settings) -> Keyring:
    """The instance's secret; made on the first start."""
    return Keyring.load(settings.keys.secret_file, create=True)


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running node: what its loops share, and where it listens."""

    desk: Desk
    node_id: int
    lines: Sequence[Line]
    url: str


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Daemon]:
    """A whole node, from the store to the HTTP server; on leaving, everything it opened is closed.

    :raises ConfigurationError: it cannot start as it is configured. :raises ExceptionGroup: a loop died.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        db = store_of(settings, clock)
        stack.push_async_callback(db.close)
        await db.open(node_name(settings))
        desk = await _desk(settings, clock, db)
        node_id = await _node(db, settings)
        gateways = await _gateways(stack, desk)
        lines = _lines(desk, gateways)
        spool = _spool(desk)
        heart, figures = Heart(clock), Figures()
        stack.push_async_callback(part, db, node_id, [line.lease for line in lines])
        loops = _loops(desk, heart)
        pulse = Pulse(settings.sending.lease_s)
        tend = Tend(db, clock, settings.sending, node_id, desk.routes, figures=figures, pulse=pulse)
        await tend.start()  # what an earlier life of this node held
        stranded = Stranded(db, desk.routes, settings.sending, node_id)
        await stranded.start()
        steps = _steps(desk, node_id, lines, tend, figures, loops.stopping.is_set)
        more = [("stranded", stranded.step), *_reports(desk, node_id, gateways, spool)]
        await stack.enter_async_context(loops.turning([*steps, *more]))
        stack.enter_context(ticking({partial(_purge, desk): 600.0}))
        shared = Rooms(desk, heart.beats, gateways=gateways, spool=spool, figures=figures, node_id=node_id)
        url = await _serve(stack, shared)
        _settle()
        try:
            yield Daemon(desk, node_id, lines, url)
        finally:
            loops.stopping.set()  # now, and not when open pages have been closed: nothing more is claimed


def _settle() -> None:
    """What start-up has made stays: it need not be walked by every full collection, of which thousands of messages a second
    cause many (https://docs.python.org/3/library/gc.html#gc.freeze).
    """
    gc.collect()
    gc.freeze()


class Heart:
    """Whether the loops still come round: each step beats, /readyz listens."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = clock.monotonic()

    def beat(self) -> None:
        self._last = self._clock.monotonic()

    def beats(self) -> bool:
        return self._clock.monotonic() - self._last < HEARTBEAT_S


async def _desk(settings: Settings, clock: Clock, db: Database) -> Desk:
    known = catalogue.load()
    async with db.transaction() as tx:
        await register_topics(tx, known)
    ways = await routes.register(db, settings)
    for mode, channel in routes.dead_ends(ways):
        said = "every sender of this channel is reserved for danger: warning, info and service have no way out there"
        log.warning("reserved_only", action="start", channel=channel.word, mode=mode.name.lower(), said=said)
    return Desk(
        db=db,
        clock=clock,
        catalogue=known,
        settings=settings,
        keyring=keyring_of(settings),
        routes=ways,
    )


async def _node(db: Database, settings: Settings) -> int:
    """This node's id; its name is unique, so an earlier life of it is known by it."""
    name = node_name(settings)
    async with db.transaction() as tx:
        rows = await tx.fetch("nodes.start", await ids.take(tx, "node"), name, secrets.token_hex(8))
    return int(rows[0]["id"])


def node_name(settings: Settings) -> str:
    """As configured, else the host's."""
    return settings.node.name or socket.gethostname()


def _loops(desk: Desk, heart: Heart) -> Loops:
    """On leaving, what is on the wire has its time-out and a little more to be answered and recorded."""
    sending = desk.settings.sending
    return Loops(desk.db, sending.poll_s, sending.send_timeout_s + 2, heart.beat)


async def _purge(desk: Desk) -> None:
    """Previews that can release nothing any more, nor answer a repeated click; raw receipts after thirty days."""
    async with desk.db.transaction() as tx:
        if not await tx.fetch("chores.lead", "purge"):
            return  # another node is at it
        await tx.execute("previews.purge", desk.clock.now_ms() - DAY)
    await receipts.purge(desk.db, desk.clock.now_ms())


def _lines(desk: Desk, gateways: Mapping[str, Gateway]) -> list[Line]:
    """Every sender that a route uses, with its gateway."""
    senders = {sender.id: sender for route in desk.routes.values() for sender in route}
    return [
        Line(sender, gateways[sender.gateway], Bucket(desk.clock, sender.rate, burst_of(sender)))
        for sender in senders.values()
    ]


def burst_of(sender: routes.Sender) -> float:
    """At least a tenth of a second of the sender's rate, or a fast one would be claimed message by message."""
    return max(sender.burst, (sender.rate or 0.0) / 10)


async def _gateways(stack: AsyncExitStack, desk: Desk) -> dict[str, Gateway]:
    async def keep(name: str, messages: Sequence[Message]) -> None:
        await rehearsal.keep(desk.db, name, messages)

    surroundings = Surroundings(
        record=keep,
        now_ms=desk.clock.now_ms,
        lasting_key=desk.keyring.lasting,
        public_url=desk.settings.http.public_url,
        callbacks=callbacks.PREFIX,
    )
    opened: dict[str, Gateway] = {}
    for name, table in routes.gateways_of(desk.settings).items():
        try:
            gateway = load(name, table.driver, table.options, surroundings, table.channels)
        except OptionError as error:
            raise ConfigurationError("gateway_options", str(error)) from error
        stack.push_async_callback(gateway.close)
        await gateway.open()
        opened[name] = by_host(gateway, desk.clock)
    return opened


def _steps(
    desk: Desk,
    node_id: int,
    lines: Sequence[Line],
    tend: Tend,
    figures: Figures,
    parting: Callable[[], bool],
) -> list[tuple[str, Step]]:
    """Every loop of this node, by the bell that wakes it."""
    renderer = Renderer(desk.db, desk.catalogue, desk.keyring, desk.settings.http.public_url)
    voices = {line.gateway.name: line.gateway for line in lines}
    health = Health(desk.db, desk.clock, desk.routes, voices, node_id, figures)
    sending = desk.settings.sending
    dispatch = Dispatch(
        desk.db, desk.clock, renderer, sending, node_id, health.homes, health.hear, parting, tend.pulse
    )
    fan_out = FanOut(desk.db, desk.clock, desk.routes, node_id)
    speaking = [
        (f"dispatch:{line.sender.id}", partial(dispatch.step, line)) for line in lines for _ in range(WORKERS)
    ]
    return [("fan_out", fan_out.step), ("tend", tend.step), ("health", health.step), *speaking]


def _reports(
    desk: Desk, node_id: int, gateways: Mapping[str, Gateway], spool: Spool
) -> list[tuple[str, Step]]:
    """What providers report later, and what they are asked."""
    reading = Receipts(desk.db, desk.keyring, node_id)
    lookups = Lookups(desk.db, desk.clock, desk.keyring, gateways, desk.settings.sending, node_id)
    steps: list[tuple[str, Step]] = [
        ("spool", spool.step),
        ("receipts", reading.step),
        ("lookups", lookups.step),
    ]
    polled = {name: gateway for name, gateway in gateways.items() if gateway.capabilities.polled}
    if polled:
        asking = Lookups(
            desk.db, desk.clock, desk.keyring, polled, desk.settings.sending, node_id, accepted=True
        )
        steps.append(("reports", asking.step))
    return steps


def _spool(desk: Desk) -> Spool:
    """Beside the secret, by the node's name: what this node was brought while the store was away."""
    folder = desk.settings.keys.secret_file.parent
    return Spool(desk.db, desk.keyring, folder / f"{node_name(desk.settings)}.receipts")


async def _serve(stack: AsyncExitStack, rooms: Rooms) -> str:
    """Answer HTTP; the address, with the port that was taken."""
    http = rooms.settings.http
    runner = web.AppRunner(build(rooms), handle_signals=False, access_log=None, shutdown_timeout=5.0)
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    site = web.TCPSite(runner, http.host, http.port)
    try:
        await site.start()
    except OSError as error:
        raise ConfigurationError(
            "port_taken",
            f"Port {http.port} of {http.host} cannot be had ({error.strerror}). Choose another [http] port.",
        ) from error
    port = runner.addresses[0][1]
    return f"http://{http.host}:{port}"
