"""Health: what a node knows of its gateways, and so who speaks for whom.

A delivery is queued at its channel's first sender, its home. When the home's gateway is down, the next sender of the
route whose gateway works takes from the home's queue; when the home is back, it takes its own again. Nothing is moved
in the store, so nothing can be lost on the way, and a route of one is never left: retries are its probes.

A stand-in speaks only once a probe of it was good: where everything is slow, every probe is too, and nothing moves.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from alertd.clock import SECOND, Clock
from alertd.deliver import sightings
from alertd.deliver.breaker import Breaker, is_failure
from alertd.deliver.figures import Figures
from alertd.deliver.hosts import Hosted
from alertd.deliver.routes import Routes, Sender
from alertd.deliver.sightings import Sighting
from alertd.errors import Unavailable
from alertd.model import Channel
from alertd.store import Database, ids
from gateways.contract import Gateway, Outcome, Receipt, Trouble

PROBE_MS: Final = 5 * SECOND
PROBE_S: Final = 10.0
"""How long a probe may take; a slower one is no answer."""
TELL_MS: Final = 5 * SECOND
"""Between two tellings of what is seen, unless a decision was made."""
PREFER: Final = "prefer:"
"""Key of the setting by which an administrator overrules the breakers for a channel; its value is JSON."""
_MOST_HOSTS_DOWN: Final = Receipt("", Outcome.RETRY, code="hosts_down", trouble=Trouble.PROVIDER)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Health:
    """One node's. `preferred` are the administrator's overrides: channel's word -> gateway's name."""

    db: Database
    clock: Clock
    routes: Routes
    gateways: Mapping[str, Gateway]
    node_id: int
    figures: Figures = field(default_factory=Figures)
    breakers: dict[str, Breaker] = field(default_factory=dict)
    preferred: Mapping[str, str] = field(default_factory=dict)
    _vouched: set[str] = field(default_factory=set)
    _fell: bool = False
    _probed_at: int = 0
    _changed: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    _told: Sequence[Sighting] | None = None
    _told_at: int = 0

    def __post_init__(self) -> None:
        now = self.clock.now_ms()
        self.breakers = {name: Breaker(since=now) for name in self.gateways}
        for name in self.gateways:
            self.figures.found(name, working=True)

    def hear(self, gateway: str, receipts: Sequence[Receipt]) -> None:
        """Take answers into account."""
        self.figures.heard(gateway, receipts)
        if isinstance(self.gateways[gateway], Hosted):
            return  # each of its hosts hears its own
        now, breaker = self.clock.now_ms(), self.breakers[gateway]
        for receipt in receipts:
            if breaker.hear(receipt, now):
                self._fall(gateway)

    def homes(self, sender: Sender) -> tuple[int, ...]:
        """The senders from whose queues this one takes now; none while another speaks for it.

        Those reserved for danger come before its own: a danger whose sender is down does not wait for a mailing.
        """
        routes = [route for route in self.routes.values() if sender in route]
        homes = {route[0] for route in routes if self._speaker(route) is sender}
        return tuple(home.id for home in sorted(homes, key=lambda home: (not home.reserved, home != sender)))

    async def step(self) -> bool:
        """Read the overrides, probe what is down, write down what changed and what is seen."""
        await self._obey()
        self._judge_hosts()
        now = self.clock.now_ms()
        if self._fell or now - self._probed_at >= PROBE_MS:
            self._probed_at, self._fell = now, False
            await self._probe()
        decided = bool(self._changed)
        await self._write_changes()
        await self._tell(at_once=decided)
        return False

    async def _obey(self) -> None:
        """The administrators' overrides. Who imposed them wrote the audit; those of before this life are no news."""
        try:
            preferred = await _preferred(self.db)
        except Unavailable:
            return  # while the store is away, what was imposed holds
        before, self.preferred = self.preferred, preferred
        changed = {channel for channel, _ in before.items() ^ preferred.items()}
        for channel in sorted(changed) if self._told is not None else ():
            action = "gateway.prefer" if channel in preferred else "gateway.auto"
            self._decide((preferred if channel in preferred else before)[channel], action, channel)

    def sightings(self) -> list[Sighting]:
        """How every gateway is doing, as this node sees it now."""
        now = self.clock.now_ms()
        return [
            Sighting(
                name,
                breaker.closed,
                breaker.since,
                breaker.reason,
                _rounded(breaker.share(now)),
                speaks=_words(self._speaks(name)),
                hosts=self._silent_hosts(name),
                dangers=_words(self._speaks(name, danger=True) - self._speaks(name)),
            )
            for name, breaker in self.breakers.items()
        ]

    def _silent_hosts(self, name: str) -> tuple[str, ...]:
        gateway = self.gateways[name]
        return gateway.silent() if isinstance(gateway, Hosted) else ()

    def _judge_hosts(self) -> None:
        """Who was left and taken back of gateways with many hosts; where most are down, the gateway is."""
        for name, gateway in self.gateways.items():
            if isinstance(gateway, Hosted):
                for turn in gateway.take_turns():
                    action = "gateway.host_down" if turn.down else "gateway.host_back"
                    self._note(name, action, turn.reason, host=turn.host)
                if gateway.mostly_down() and self.breakers[name].trip(_MOST_HOSTS_DOWN, self.clock.now_ms()):
                    self._fall(name)

    def _fall(self, gateway: str) -> None:
        self._fell = True
        self._vouched.discard(gateway)
        self._note(gateway, "gateway.down", self.breakers[gateway].reason)

    async def _probe(self) -> None:
        """What is down, and who would stand in for it."""
        asked = [name for name in self.breakers if not self.breakers[name].closed or self._is_wanted(name)]
        for name, receipt in zip(asked, await asyncio.gather(*map(self._check, asked)), strict=True):
            self._heed(name, receipt)

    def _heed(self, name: str, receipt: Receipt) -> None:
        now, breaker = self.clock.now_ms(), self.breakers[name]
        if not breaker.closed:
            if breaker.probed(receipt, now):
                self._vouched = {other for other in self._vouched if self._stands_in(other)}
                self._note(name, "gateway.back", "probes")
        elif is_failure(receipt) is False:
            self._vouched.add(name)
            self._wake()
        elif breaker.trip(receipt, now):
            self._note(name, "gateway.down", breaker.reason)

    async def _check(self, name: str) -> Receipt:
        """A probe's answer; one that takes too long, or a bug, is none."""
        gateway = self.gateways[name]
        try:
            async with asyncio.timeout(PROBE_S):
                receipt = await gateway.check()
        except TimeoutError:
            return Receipt("", Outcome.UNKNOWN, code="probe_slow")
        except Exception:
            log.exception("gateway_failed", action="probe", gateway=name)
            return Receipt("", Outcome.UNKNOWN, code="probe_failed")
        return _MOST_HOSTS_DOWN if isinstance(gateway, Hosted) and gateway.mostly_down() else receipt

    def _is_wanted(self, name: str) -> bool:
        return name not in self._vouched and self._stands_in(name)

    def _stands_in(self, name: str) -> bool:
        """Whether it works, and is on the route of a home that does not."""
        return self.breakers[name].closed and any(
            not self.breakers[route[0].gateway].closed and any(sender.gateway == name for sender in route)
            for route in self.routes.values()
            if route
        )

    def _speaker(self, route: Sequence[Sender]) -> Sender:
        """Who speaks for a route: whom the administrator says, else the first that works, else its home."""
        chosen = self.preferred.get(route[0].channel.word)
        named = [sender for sender in route if sender.gateway == chosen]
        working = [sender for sender in route if self._may_speak(route[0], sender)]
        return (named or working or list(route))[0]

    def _may_speak(self, home: Sender, sender: Sender) -> bool:
        proven = sender.gateway == home.gateway or sender.gateway in self._vouched
        return proven and self.breakers[sender.gateway].closed

    def _speaks(self, name: str, *, danger: bool = False) -> set[Channel]:
        """The channels for whose danger, or else whose other messages, it speaks now."""
        routes = [route for (*_, urgent), route in self.routes.items() if route and urgent is danger]
        return {route[0].channel for route in routes if self._speaker(route).gateway == name}

    def _note(self, gateway: str, action: str, reason: str, **more: str) -> None:
        self.figures.found(gateway, working=self.breakers[gateway].closed)
        self._decide(gateway, action, reason, **more)
        self._changed.append((gateway, action, {"reason": reason} | more))

    def _decide(self, gateway: str, action: str, reason: str, **more: str) -> None:
        """Into the log and the figures, and whoever may speak now is woken."""
        log.warning(action.replace(".", "_"), action=action, gateway=gateway, reason=reason, **more)
        self.figures.decided(gateway, action)
        self._wake()

    def _wake(self) -> None:
        """Whoever may now speak for another has something to do."""
        for sender in {sender for route in self.routes.values() for sender in route}:
            self.db.ring(f"dispatch:{sender.id}")
        self.db.ring("health")

    async def _write_changes(self) -> None:
        """Into the audit, where the operators' page reads it; what cannot be written now is written next time."""
        while self._changed:
            gateway, action, detail = self._changed[0]
            async with self.db.transaction() as tx:
                row = (await ids.take(tx, "audit"), self.clock.now_ms(), None, f"node:{self.node_id}")
                await tx.execute("audit.append", *row, action, f"gateway:{gateway}", json.dumps(detail))
            self._changed.pop(0)

    async def _tell(self, *, at_once: bool) -> None:
        """For the page of any node; only what changed, and not at every answer."""
        seen, now = self.sightings(), self.clock.now_ms()
        if seen == self._told or not (at_once or self._told is None or now - self._told_at >= TELL_MS):
            return
        async with self.db.transaction() as tx:
            await sightings.tell(tx, self.node_id, seen, anew=self._told is None)
        self._told, self._told_at = seen, now


def _rounded(share: float | None) -> float | None:
    """To a twentieth: nobody reads finer, and every change is a row written."""
    return None if share is None else round(share * 20) / 20


def _words(channels: Iterable[Channel]) -> tuple[str, ...]:
    return tuple(sorted(channel.word for channel in channels))


async def _preferred(db: Database) -> dict[str, str]:
    """Channel's word to gateway's name, as the administrator said."""
    rows = await db.fetch("instance.preferences", PREFER)
    return {row["key"].removeprefix(PREFER): json.loads(row["value"])["gateway"] for row in rows}
