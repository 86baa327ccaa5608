"""The composition root: the only place where a node is put together, of the rooms in `alertd.node`. An AsyncExitStack closes
what was opened, in reverse.

A loop that dies ends the process, and systemd starts it again: never a daemon that answers HTTP and sends nothing.
"""

import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from alertd.clock import Clock, SystemClock
from alertd.deliver.figures import Figures
from alertd.deliver.lease import part
from alertd.deliver.line import Line
from alertd.deliver.pulse import Pulse
from alertd.deliver.reports import Reports
from alertd.issue.desk import Desk
from alertd.node.desk import desk_of, enter, node_name, own_folder, spool_of, switchboard_of
from alertd.node.heart import Heart
from alertd.node.listening import listen
from alertd.node.seal import signer_of
from alertd.node.store import open_store
from alertd.node.supervisor import Supervisor
from alertd.node.voices import gateways_of, lines_of
from alertd.node.work import Work, loops_of, ticks_of
from alertd.rotation.nodes import Guard
from alertd.schedule.ticks import ticking
from alertd.settings import Settings
from alertd.stations.streets.geocoder import Geocoder
from alertd.stations.tiles.source import Tiles
from alertd.watch.dates import Dates
from alertd.web.front import Front
from alertd.web.rooms import Rooms


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running node: what its loops share, and where it listens."""

    desk: Desk
    node_id: int
    lines: Sequence[Line]
    url: str
    work: Work


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock | None = None, supervisor: Supervisor | None = None
) -> AsyncIterator[Daemon]:
    """A whole node, from the store to the HTTP server; on leaving, everything it opened is closed.

    :raises ConfigurationError: it cannot start as it is configured. :raises ExceptionGroup: a loop died.
    """
    clock, supervisor = clock or SystemClock(), supervisor or Supervisor()
    async with AsyncExitStack() as stack:
        desk = await _opened(stack, settings, clock)
        heart, work = Heart(clock, supervisor.alive), await _work(stack, desk)
        loops = loops_of(desk, heart)
        steps = await work.begin(loops.stopping.is_set)
        await stack.enter_async_context(loops.turning(steps))
        stack.enter_context(ticking(ticks_of(desk, heart)))
        url = await listen(stack, _rooms(work, heart), supervisor.sockets)
        _settle()
        supervisor.ready(url)
        try:
            yield Daemon(desk, work.node_id, work.lines, url, work)
        finally:
            supervisor.stopping()
            loops.stopping.set()  # now, and not when open pages have been closed: nothing more is claimed


async def _opened(stack: AsyncExitStack, settings: Settings, clock: Clock) -> Desk:
    """The desk, on an open store that knows this node by its name."""
    db = await open_store(settings, clock, node_name(settings))
    stack.push_async_callback(db.close)
    return await desk_of(settings, clock, db)


async def _work(stack: AsyncExitStack, desk: Desk) -> Work:
    """What the loops share, gateways open."""
    node_id = await enter(desk.db, desk.settings, desk.keyring)
    spool, figures = spool_of(desk), Figures()
    dates = Dates(desk.clock)
    gateways = await gateways_of(stack, desk, Reports(spool, desk.clock, figures).keep, dates)
    lines = lines_of(desk, gateways)
    stack.push_async_callback(part, desk.db, node_id, [line.lease for line in lines])
    guard = Guard(desk.db, desk.clock, desk.keyring, node_id, spool.size)
    stack.push_async_callback(guard.part)  # before the node itself parts
    pulse = Pulse(desk.settings.sending.lease_s)
    return Work(desk, node_id, lines, gateways, spool, figures, Front(), pulse, dates, guard)


def _rooms(work: Work, heart: Heart) -> Rooms:
    """What pages may reach."""
    signer = signer_of(work.desk.settings)
    return Rooms(
        work.desk,
        heart.beats,
        gateways=work.gateways,
        spool=work.spool,
        figures=work.figures,
        node_id=work.node_id,
        switchboard=switchboard_of(work.desk),
        front=work.front,
        geocoder=Geocoder.of(work.desk.settings.geocoder, work.desk.clock),
        tiles=Tiles.of(work.desk.settings.map, own_folder(work.desk.settings) / "tiles", work.desk.clock),
        sign=signer.sign if signer else None,
    )


def _settle() -> None:
    """What start-up has made stays: it need not be walked by every full collection, of which thousands of messages a second
    cause many (https://docs.python.org/3/library/gc.html#gc.freeze).
    """
    gc.collect()
    gc.freeze()
