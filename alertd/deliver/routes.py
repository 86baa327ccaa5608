"""Which sender speaks for which channel: live stations by the configuration, training stations by the sandbox alone.

A sender may be reserved for danger: a danger handed to a provider behind a mailing of the same number would wait there,
where no lane helps it. Danger goes to reserved senders first, in the order of gateways, and falls back to the others;
nothing else ever leaves by a reserved one.
"""

from collections.abc import Iterator, Mapping
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

Routes = Mapping[Way, tuple[Sender, ...]]
"""The senders of a way, the preferred one first. A live station never has a sandbox sender; a training one no other."""


def first(
    routes: Routes, mode: Mode, channel: Channel, *, danger: bool, kind: AddressKind | None = None
) -> Sender | None:
    """Who speaks, to this kind of address where it is said; None when no gateway serves the channel, or (but for danger)
    only reserved senders do.
    """
    senders = routes.get((mode, channel, danger), ())
    return next((sender for sender in senders if kind is None or kind in sender.speaks), None)


def by_kind(routes: Routes, mode: Mode, channel: Channel, *, danger: bool) -> dict[AddressKind, Sender]:
    """Who speaks to each kind of address, those left out to which nobody does."""
    found = {kind: first(routes, mode, channel, danger=danger, kind=kind) for kind in AddressKind}
    return {kind: sender for kind, sender in found.items() if sender is not None}


def strands(routes: Routes) -> tuple[tuple[Way, tuple[Sender, ...]], ...]:
    """Every route, in as many as it has kinds of address that are not each sender's: who heads one is the home of what is
    queued for that kind, and who follows may stand in.
    """
    parted = (
        (way, tuple(sender for sender in route if kind in sender.speaks))
        for way, route in routes.items()
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
    return {
        (mode, channel, danger): _route(_serving(settings, senders, sandboxes, mode, channel), danger=danger)
        for mode in Mode
        for channel in Channel
        for danger in (False, True)
    }


def _configured(settings: Settings) -> Iterator[Sender]:
    for name, gateway in gateways_of(settings).items():
        for word in gateway.channels:
            channel = Channel.of(word)
            speaks = _speaks(channel, gateway.driver)
            if not gateway.senders:
                yield Sender(0, name, name, channel, None, 1, "message", speaks=speaks)
            for sender in gateway.senders:
                terms = (sender.rate, sender.burst, sender.unit, sender)
                yield Sender(0, name, sender.name, channel, *terms, speaks=speaks)


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
    serving = [sender for sender in senders if sender.channel is channel]
    if mode is Mode.TRAINING:
        return tuple(sender for sender in serving if sender.gateway in sandboxes)
    order = [name for name in settings.route(channel.word) if name not in sandboxes]
    return tuple(sender for name in order for sender in serving if sender.gateway == name)
