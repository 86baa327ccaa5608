"""What a node has at hand before it speaks: catalogue, routes, secret, and its own name, id and spool."""

import secrets
import socket
from collections.abc import Sequence
from pathlib import Path

import structlog

from alertd import catalogue
from alertd.backup.journal import Journal
from alertd.backup.shelf import folder_of
from alertd.clock import Clock
from alertd.deliver import owners, routes
from alertd.deliver.render import Renderer
from alertd.deliver.spool import Spool
from alertd.issue.desk import Desk
from alertd.keys import Keyring
from alertd.model import Channel, Mode
from alertd.publish.links import Links
from alertd.rotation.heirlooms import inherited
from alertd.rotation.nodes import tell
from alertd.settings import Settings
from alertd.stations import secrets_in_use
from alertd.stations.secrets_in_use import SAMPLE
from alertd.store import Database, Row, ids
from alertd.subscribe.switchboard import Switchboard
from alertd.subscribe.topics import register_topics

log = structlog.get_logger(__name__)


def keyring_of(settings: Settings, sealed: Sequence[Row]) -> Keyring:
    """The instance's secret; made where nothing is sealed yet, of which `sealed` is a sample (`books.sealed`).

    :raises ConfigurationError: `secret_foreign`, and what reading it raises.
    """
    keyring = Keyring.load(settings.keys.secret_file, create=not sealed)
    secrets_in_use.refuse_foreign(keyring, sealed)
    return keyring


def node_name(settings: Settings) -> str:
    """As configured, else the host's."""
    return settings.node.name or socket.gethostname()


async def desk_of(settings: Settings, clock: Clock, db: Database) -> Desk:
    """The desk, with the catalogue's topics and the settings' routes known to the store."""
    known = catalogue.load()
    async with db.transaction() as tx:
        await register_topics(tx, known)
    ways = await routes.register(db, settings)
    _warn(settings, ways)
    for said in await owners.mistaken(db, settings):
        log.warning("own_gateway_of_nobody", action="start", said=said)
    return Desk(
        db=db,
        clock=clock,
        catalogue=known,
        settings=settings,
        keyring=await inherited(db, keyring_of(settings, await db.fetch("books.sealed", SAMPLE))),
        routes=ways,
    )


def _warn(settings: Settings, ways: routes.Routes) -> None:
    """Of what is allowed, and is seldom what was meant."""
    for mode, channel in routes.dead_ends(ways):
        said = "every sender of this channel is reserved for danger: warning, info and service have no way out there"
        log.warning("reserved_only", action="start", channel=channel.word, mode=mode.name.lower(), said=said)
    if routes.first(ways, Mode.LIVE, Channel.SMS, danger=True, owners=routes.SHARED) and (
        said := Links.of(settings.http).advice
    ):
        log.warning("sms_link_long", action="start", said=said)


async def enter(db: Database, settings: Settings, keyring: Keyring) -> int:
    """This node's id; its name is unique, so an earlier life of it is known by it. It tells which secrets it has.

    :raises Unavailable: `secret_behind`.
    """
    name = node_name(settings)
    async with db.transaction() as tx:
        rows = await tx.fetch("nodes.start", await ids.take(tx, "node"), name, secrets.token_hex(8))
        await tell(tx, int(rows[0]["id"]), keyring)
    await secrets_in_use.check(db, keyring)  # told first: a rotation that did not see it is seen here
    return int(rows[0]["id"])


def own_folder(settings: Settings) -> Path:
    """Where this node keeps what is its own."""
    return Path(settings.node.folder or settings.keys.secret_file.parent)


def spool_of(desk: Desk) -> Spool:
    """By the node's name: what this node was brought while the store was away."""
    return Spool(desk.db, desk.keyring, own_folder(desk.settings) / f"{node_name(desk.settings)}.receipts")


def journal_of(desk: Desk) -> Journal | None:
    """Beside the backups, where there are any: of PostgreSQL only if a folder is named."""
    settings = desk.settings
    if not (settings.backup.folder or settings.store.url.startswith("sqlite:")):
        return None
    return Journal(desk.db, desk.keyring, folder_of(settings), node_name(settings))


def renderer_of(desk: Desk) -> Renderer:
    """Who finds the words of what leaves."""
    return Renderer(desk.db, desk.catalogue, desk.keyring, Links.of(desk.settings.http))


def switchboard_of(desk: Desk) -> Switchboard:
    """With words of its own at hand: who calls back asks for other alerts than those that are going out."""
    return Switchboard(desk.db, desk.clock, desk.catalogue, desk.keyring, renderer_of(desk), desk.routes)
