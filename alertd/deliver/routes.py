"""Which sender speaks for which channel: live stations by the configuration, training stations by the sandbox alone.

A sender may be reserved for danger: a danger handed to a provider behind a mailing of the same number would wait there,
where no lane helps it. Danger goes to reserved senders first, in the order of gateways, and falls back to the others;
nothing else ever leaves by a reserved one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from alertd.model import AddressKind, Channel, Mode
from alertd.settings import Settings
from alertd.settings.providers import Gateway
from alertd.settings.providers import Sender as Terms
from alertd.store import Database, Transaction, ids
from gateways.loader import addresses

ALL_KINDS: Final = frozenset(AddressKind)
_KINDS: Final = {"browser": AddressKind.USUAL, "app": AddressKind.APP}
SANDBOX: Final = "sandbox"
"""The driver, and the name of the gateway that is there without being configured."""


@dataclass(frozen=True, slots=True)
class Sender:
    """The number or name that a gateway speaks as. `rate` in units a second (None: unlimited); `terms` hold its prices."""

    id: int
    gateway: str
    name: str
    channel: Channel
    rate: float | None
    burst: int
    unit: str
    terms: Terms | None = field(default=None, hash=False)  # tariffs are a dict
    speaks: frozenset[AddressKind] = ALL_KINDS
    owners: frozenset[str] = frozenset()
    """The slugs of the stations whose own it is; none: shared by all."""

    def price_to(self, address: str) -> float:
        """Euros for one unit to an address, or to all that begin so ("+262"): the table's, 0 without one."""
        return self.terms.price_to(address) if self.terms else 0.0

    @property
    def reserved(self) -> bool:
        """Whether it is for danger alone."""
        return self.terms is not None and self.terms.reserved == "danger"

    @property
    def priced(self) -> bool:
        """Whether it has a price at all."""
        return self.terms is not None and (self.terms.price > 0 or bool(self.terms.tariffs))


Way = tuple[Mode, Channel, bool]
"""What a route is for; the last says whether it is for danger, with its updates, its end and its correction."""

Owners = tuple[str, ...]
"""The slugs of the stations with gateways of their own at or above a station, the nearest first."""

SHARED: Final[Owners] = ()
"""Whoever has none: the instance itself, too; and notifications, for which no station can have any."""


@dataclass(frozen=True, slots=True, eq=False)
class Routes(Mapping[Way, tuple[Sender, ...]]):
    """The senders of a way, the preferred one first. A live station never has a sandbox sender; a training one no other.

    As a mapping: the shared ones. `own` are those of each station that has its own.
    """

    shared: Mapping[Way, tuple[Sender, ...]]
    own: Mapping[str, Mapping[Way, tuple[Sender, ...]]] = field(default_factory=dict)

    def __getitem__(self, way: Way) -> tuple[Sender, ...]:
        return self.shared[way]

    def __iter__(self) -> Iterator[Way]:
        return iter(self.shared)

    def __len__(self) -> int:
        return len(self.shared)

    @property
    def owning(self) -> frozenset[str]:
        """The slugs of the stations that have gateways of their own, whether there is such a station or not."""
        return frozenset(self.own)

    def of(self, way: Way, owners: Owners) -> tuple[Sender, ...]:
        """A station's: its own, then those of the stations above it, then the shared ones."""
        own = (sender for slug in owners for sender in self.own.get(slug, {}).get(way, ()))
        return tuple(dict.fromkeys((*own, *self.shared.get(way, ()))))

    @property
    def senders(self) -> tuple[Sender, ...]:
        """Everyone who speaks for anybody, each once."""
        ways = (self.shared, *self.own.values())
        return tuple(dict.fromkeys(sender for each in ways for route in each.values() for sender in route))


def first(
    routes: Routes,
    mode: Mode,
    channel: Channel,
    *,
    danger: bool,
    owners: Owners,
    kind: AddressKind | None = None,
) -> Sender | None:
    """Who speaks, to this kind of address where it is said; None when no gateway serves the channel, or (but for danger)
    only reserved senders do.
    """
    senders = routes.of((mode, channel, danger), owners)
    return next((sender for sender in senders if kind is None or kind in sender.speaks), None)


def by_kind(
    routes: Routes, mode: Mode, channel: Channel, *, danger: bool, owners: Owners
) -> dict[AddressKind, Sender]:
    """Who speaks to each kind of address, those left out to which nobody does."""
    found = {
        kind: first(routes, mode, channel, danger=danger, owners=owners, kind=kind) for kind in AddressKind
    }
    return {kind: sender for kind, sender in found.items() if sender is not None}


def strands(routes: Routes, lineages: Iterable[Owners] = ()) -> tuple[tuple[Way, tuple[Sender, ...]], ...]:
    """Every route, also of stations with these owners, in as many as it has kinds of address that are not each sender's: who
    heads one is the home of what is queued for that kind, and who follows may stand in.
    """
    parted = (
        (way, tuple(sender for sender in routes.of(way, owners) if kind in sender.speaks))
        for owners in (SHARED, *lineages)
        for way in routes
        for kind in AddressKind
    )
    return tuple(dict.fromkeys(strand for strand in parted if strand[1]))


def dead_ends(routes: Routes) -> list[tuple[Mode, Channel]]:
    """The channels that only danger can take: every sender is reserved."""
    return [
        (mode, channel)
        for (mode, channel, danger), route in routes.items()
        if danger and route and not routes[mode, channel, False]
    ]


def gateways_of(settings: Settings) -> dict[str, Gateway]:
    """The configured gateways, and a sandbox for training stations where none is configured."""
    found = dict(settings.gateways)
    if not any(gateway.driver == SANDBOX for gateway in found.values()):
        found[SANDBOX] = Gateway(driver=SANDBOX, channels=tuple(channel.word for channel in Channel))
    return found


async def register(db: Database, settings: Settings) -> Routes:
    """Give every sender of the configuration its row in the store; the routes by mode and channel."""
    async with db.transaction() as tx:
        senders = [await _register(tx, sender) for sender in _configured(settings)]
    return _ways(settings, senders)


def drawn(settings: Settings) -> Routes:
    """The same of senders that were given no row: to be looked at, not to be sent by."""
    return _ways(settings, list(_configured(settings)))


def _ways(settings: Settings, senders: list[Sender]) -> Routes:
    sandboxes = {name for name, gateway in gateways_of(settings).items() if gateway.driver == SANDBOX}
    shared = {
        (mode, channel, danger): _route(_serving(settings, senders, sandboxes, mode, channel), danger=danger)
        for mode in Mode
        for channel in Channel
        for danger in (False, True)
    }
    return Routes(shared, {slug: _own(settings, senders, slug) for slug in sorted(settings.owning)})


def _own(settings: Settings, senders: list[Sender], slug: str) -> dict[Way, tuple[Sender, ...]]:
    """By which a station speaks itself; only live ones do, and only on the channels of its own gateways."""
    found: dict[Way, tuple[Sender, ...]] = {}
    for channel in Channel:
        names = [name for name in settings.own(channel.word) if slug in settings.gateways[name].stations]
        serving = _in_order(names, senders, channel)
        if serving:
            found |= {
                (Mode.LIVE, channel, danger): _route(serving, danger=danger) for danger in (False, True)
            }
    return found


def _configured(settings: Settings) -> Iterator[Sender]:
    for name, gateway in gateways_of(settings).items():
        for word in gateway.channels:
            channel = Channel.of(word)
            speaks, owners = _speaks(channel, gateway.driver), frozenset(gateway.stations)
            if not gateway.senders:
                yield Sender(0, name, name, channel, None, 1, "message", speaks=speaks, owners=owners)
            for sender in gateway.senders:
                terms = (sender.rate, sender.burst, sender.unit, sender)
                yield Sender(0, name, sender.name, channel, *terms, speaks=speaks, owners=owners)


def _speaks(channel: Channel, driver: str) -> frozenset[AddressKind]:
    """To which addresses of a channel; notifications alone have several kinds."""
    words = addresses(driver) if channel is Channel.PUSH else frozenset[str]()
    return frozenset(_KINDS[word] for word in words) or ALL_KINDS


async def _register(tx: Transaction, sender: Sender) -> Sender:
    rows = {(row["gateway"], row["name"], row["channel"]): row["id"] for row in await tx.fetch("senders.all")}
    key = (sender.gateway, sender.name, sender.channel)
    id_ = rows[key] if key in rows else await ids.take(tx, "sender")
    await tx.execute("senders.register", id_, *key)
    return replace(sender, id=id_)


def _route(serving: tuple[Sender, ...], *, danger: bool) -> tuple[Sender, ...]:
    reserved = tuple(sender for sender in serving if sender.reserved)
    ordinary = tuple(sender for sender in serving if not sender.reserved)
    return reserved + ordinary if danger else ordinary


def _serving(
    settings: Settings, senders: list[Sender], sandboxes: set[str], mode: Mode, channel: Channel
) -> tuple[Sender, ...]:
    """The shared ones."""
    if mode is Mode.TRAINING:
        return tuple(
            sender for sender in senders if sender.channel is channel and sender.gateway in sandboxes
        )
    order = [name for name in settings.route(channel.word) if name not in sandboxes]
    return _in_order(order, senders, channel)


def _in_order(names: Sequence[str], senders: list[Sender], channel: Channel) -> tuple[Sender, ...]:
    serving = [sender for sender in senders if sender.channel is channel]
    return tuple(sender for name in names for sender in serving if sender.gateway == name)
