"""Speakers: who speaks for whom, by what a node knows of its gateways. Pure; `health` knows, and says when to reckon anew."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from alertd.deliver.breaker import Breaker
from alertd.deliver.routes import Owners, Routes, Sender, Way, strands
from alertd.model import Channel, Mode

Route = tuple[Sender, ...]


@dataclass(slots=True)
class Speakers:
    """`vouched` are the gateways whose last probe was good, `preferred` the administrator's overrides: channel's word ->
    gateway's name.
    """

    routes: Routes
    breakers: Mapping[str, Breaker]
    vouched: set[str] = field(default_factory=set)
    preferred: Mapping[str, str] = field(default_factory=dict)
    _lineages: Collection[Owners] | None = None
    _strands: Sequence[tuple[Way, Route]] = ()
    _by_sender: Mapping[int, Sequence[Route]] = field(default_factory=dict)
    _heads: Collection[int] = ()
    own: frozenset[int] = field(init=False)
    """The senders that are some station's own."""

    def __post_init__(self) -> None:
        self.own = frozenset(sender.id for sender in self.routes.senders if sender.owners)
        self.reckon(frozenset())

    def reckon(self, lineages: Collection[Owners]) -> bool:
        """Stations with these owners there are; whether that is news."""
        if lineages == self._lineages:
            return False
        self._lineages, self._strands = lineages, strands(self.routes, lineages)
        found = defaultdict[int, dict[Route, None]](dict)
        for _, route in self._strands:
            for sender in route:
                found[sender.id][route] = None
        self._by_sender = {id_: tuple(routes) for id_, routes in found.items()}
        self._heads = {route[0].id for _, route in self._strands}
        return True

    def homes(self, sender: Sender) -> tuple[int, ...]:
        """The senders from whose queues this one takes now; none while another speaks for it.

        Those reserved for danger come before its own: a danger whose sender is down does not wait for a mailing. Also those of whoever
        is down and no route begins with any more.
        """
        routes = self._by_sender.get(sender.id, ())
        spoken = [route for route in routes if self.speaker(route) is sender]
        homes = {home for route in spoken for home in (route[0], *self._left(route, sender))}
        if all(route[0] != sender for route in routes) and self.breakers[sender.gateway].closed:
            homes.add(sender)  # nobody's home, but an answer goes by the account that was written to
        return tuple(home.id for home in sorted(homes, key=lambda home: (not home.reserved, home != sender)))

    def _left(self, route: Route, sender: Sender) -> Iterable[Sender]:
        """Those behind the first that are down and nobody's home: what was queued there when they were, before the routes were put in
        another order, or as an answer.
        """
        return (
            one
            for one in route[1:]
            if one.id not in self._heads
            and not self.breakers[one.gateway].closed
            and sender.speaks >= one.speaks
        )

    def says(self, sender: Sender, home: int, owners: Owners, danger: bool) -> bool:
        """Whether it is for this sender to say what a station with these owners has in the queue of `home`: whose first it is, as
        things are; or an answer that was queued at the account that was written to.
        """
        route = self.routes.of((Mode.LIVE, sender.channel, danger), owners)
        if sender.id == home and sender in route[1:]:
            return self.breakers[sender.gateway].closed
        return bool(route) and self.speaker(route) is sender

    def of(self, way: Way) -> str | None:
        """The gateway that speaks on a shared route; None where nobody does."""
        route = self.routes.get(way, ())
        speaker = self.speaker(route) if route else None
        return speaker.gateway if speaker else None

    def channels(self, *, danger: bool = False) -> Mapping[str, set[Channel]]:
        """By gateway, the channels for whose danger, or else whose other messages, it speaks now."""
        found = defaultdict[str, set[Channel]](set)
        for (*_, urgent), route in self._strands:
            if urgent is danger and (speaker := self.speaker(route)) is not None:
                found[speaker.gateway].add(route[0].channel)
        return found

    def stand_ins(self) -> set[str]:
        """Those that work, and are on the route of a home that does not."""
        silent = (route for _, route in self._strands if not self.breakers[route[0].gateway].closed)
        return {
            sender.gateway for route in silent for sender in route if self.breakers[sender.gateway].closed
        }

    def mute(self, gateway: str) -> bool:
        """Whether some station whose own it is has nobody that works on its route."""
        routes = (route for _, route in self._strands if route[0].owners)
        return any(
            all(not self.breakers[sender.gateway].closed for sender in route)
            for route in routes
            if any(sender.gateway == gateway and sender.owners for sender in route)
        )

    def speaker(self, route: Route) -> Sender | None:
        """Who speaks for a route: a station's own that works, else whom the administrator says, else the first that works, else the first for which trying is a probe; None where none of them
        can say anything until a person has mended it.
        """
        working = [sender for sender in route if self._may_speak(route[0], sender)]
        own = [sender for sender in working if sender.owners]
        trying = [sender for sender in route if not self.breakers[sender.gateway].stopped]
        return next(iter(own or self._named(route) or working or trying), None)

    def _named(self, route: Route) -> Iterable[Sender]:
        """An override is about the shared ones: what a station has of its own it has for itself."""
        chosen, home = self.preferred.get(route[0].channel.word), route[0]
        shared = [one for one in route if not one.owners]
        return [one for one in shared if one.gateway == chosen and one.speaks >= home.speaks]

    def _may_speak(self, home: Sender, sender: Sender) -> bool:
        """It works; and what it finds in the home's queue it can say, whatever address that is to."""
        proven = sender.gateway == home.gateway or sender.gateway in self.vouched
        return proven and self.breakers[sender.gateway].closed and sender.speaks >= home.speaks
