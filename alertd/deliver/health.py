"""Health: what a node knows of its gateways, and so who speaks for whom.

A delivery is queued at its channel's first sender, its home. When the home's gateway is down, the next sender of the
route whose gateway works takes from the home's queue; when the home is back, it takes its own again. Nothing is moved
in the store, so nothing can be lost on the way, and a route of one is never left: retries are its probes. Unless only a
person can mend it (`breaker.LASTING`): then nobody knocks for nothing, and the queue waits until a probe is good.

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
from alertd.deliver.breaker import Breaker, is_failure, is_lasting
from alertd.deliver.doubts import Doubts
from alertd.deliver.fairness import Waiting
from alertd.deliver.figures import Figures
from alertd.deliver.hosts import Hosted
from alertd.deliver.owners import Whose, lineages
from alertd.deliver.probes import MOST_HOSTS_DOWN, probe
from alertd.deliver.routes import Routes, Sender
from alertd.deliver.sightings import Sighting, rounded
from alertd.deliver.speakers import Speakers
from alertd.errors import Unavailable
from alertd.model import Channel, Mode
from alertd.store import Database, ids
from gateways.contract import Credit, Gateway, Outcome, Receipt

PROBE_MS: Final = 5 * SECOND
"""Between two probes of what is down."""
SUSPECT_MS: Final = SECOND
"""And of what may be: messages are failing while it is not known why."""
TELL_MS: Final = 5 * SECOND
"""Between two tellings of what is seen, unless a decision was made."""
PREFER: Final = "prefer:"
"""Key of the setting by which an administrator overrules the breakers for a channel; its value is JSON."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Health:
    """One node's. `passed` and `well` say when each gateway last took a message, and last answered a probe that it would."""

    db: Database
    clock: Clock
    routes: Routes
    gateways: Mapping[str, Gateway]
    node_id: int
    figures: Figures = field(default_factory=Figures)
    breakers: dict[str, Breaker] = field(default_factory=dict)
    credits: dict[str, Credit] = field(default_factory=dict)
    passed: dict[str, int] = field(default_factory=dict)
    well: dict[str, int] = field(default_factory=dict)
    speakers: Speakers = field(init=False)
    _whose: Whose = field(init=False)
    _doubts: Doubts = field(default_factory=Doubts)
    _fell: bool = False
    _probed_at: int = 0
    _changed: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    _told: Sequence[Sighting] | None = None
    _told_at: int = 0

    def __post_init__(self) -> None:
        now = self.clock.now_ms()
        self.breakers = {name: Breaker(since=now) for name in self.gateways}
        self.speakers = Speakers(self.routes, self.breakers)
        self._whose = Whose(self.speakers)
        for name in self.gateways:
            self.figures.found(name, working=True)

    def hear(self, gateway: str, receipts: Sequence[Receipt]) -> None:
        """Take answers into account."""
        self.figures.heard(gateway, receipts)
        if isinstance(self.gateways[gateway], Hosted):
            return  # each of its hosts hears its own
        now, breaker = self.clock.now_ms(), self.breakers[gateway]
        for receipt in receipts:
            if receipt.outcome in {Outcome.ACCEPTED, Outcome.DELIVERED, Outcome.SEEN}:
                self.passed[gateway] = now
            if breaker.hear(receipt, now):
                self._fall(gateway)
        if breaker.suspect:
            self.db.ring("health")

    def homes(self, sender: Sender) -> tuple[int, ...]:
        """The senders from whose queues this one takes now: see `Speakers`."""
        return self.speakers.homes(sender)

    async def theirs(
        self, db: Database, sender: Sender, home: int, waiting: Sequence[Waiting]
    ) -> Sequence[Waiting]:
        """Of what waits there, what is for this sender to say: see `Whose`."""
        return await self._whose.theirs(db, sender, home, waiting)

    async def step(self) -> bool:
        """Read the overrides, probe what is down, write down what changed and what is seen."""
        await self._obey()
        self._judge_hosts()
        now = self.clock.now_ms()
        if now - self._probed_at >= (SUSPECT_MS if self._suspects() else PROBE_MS) or self._fell:
            self._probed_at, self._fell = now, False
            await self._probe()
        decided = bool(self._changed)
        await self._write_changes()
        await self._tell(at_once=decided)
        return False

    async def _obey(self) -> None:
        """The administrators' overrides, and stations that were opened. Who imposed them wrote the audit; those of before this
        life are no news.
        """
        try:
            preferred, known = await _preferred(self.db), await lineages(self.db, self.routes)
        except Unavailable:
            return  # while the store is away, what was imposed holds
        before, self.speakers.preferred = self.speakers.preferred, preferred
        if self.speakers.reckon(known):
            self._wake()
        changed = {channel for channel, _ in before.items() ^ preferred.items()}
        for channel in sorted(changed) if self._told is not None else ():
            action = "gateway.prefer" if channel in preferred else "gateway.auto"
            self._decide((preferred if channel in preferred else before)[channel], action, channel)

    def speaks_for(self, channel: Channel) -> str | None:
        """The shared gateway that says what is no danger to live people now; None where nobody does."""
        return self.speakers.of((Mode.LIVE, channel, False))

    def sightings(self) -> list[Sighting]:
        """How every gateway is doing, as this node sees it now."""
        now, usual, urgent = (
            self.clock.now_ms(),
            self.speakers.channels(),
            self.speakers.channels(danger=True),
        )
        return [
            Sighting(
                name,
                breaker.closed,
                breaker.since,
                breaker.reason,
                rounded(breaker.share(now)),
                speaks=_words(usual.get(name, ())),
                hosts=self._silent_hosts(name),
                dangers=_words({*urgent.get(name, ())} - {*usual.get(name, ())}),
                credit=self.credits.get(name),
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
                if gateway.mostly_down() and self.breakers[name].trip(MOST_HOSTS_DOWN, self.clock.now_ms()):
                    self._fall(name)

    def _fall(self, gateway: str) -> None:
        self._fell = True
        self.speakers.vouched.discard(gateway)
        self._note(gateway, "gateway.down", self.breakers[gateway].reason)

    async def _probe(self) -> None:
        """What is down, who would stand in for it, and what may be."""
        suspects = self._suspects()
        down = [name for name, breaker in self.breakers.items() if not breaker.closed]
        wanted = self.speakers.stand_ins() - self.speakers.vouched
        examined = suspects | {*self._doubts} - {*down, *wanted}
        asked = [name for name in self.breakers if name in {*down, *examined, *wanted}]
        for name, receipt in zip(asked, await self._ask(asked), strict=True):
            self._examine(name, receipt) if name in examined else self._heed(name, receipt)

    def _suspects(self) -> set[str]:
        return {name for name, breaker in self.breakers.items() if breaker.closed and breaker.suspect}

    async def ask_all(self) -> None:
        """Ask those that work, too: what credit they have, and whether a key has lapsed, or a line broken, unnoticed."""
        asked = [name for name, breaker in self.breakers.items() if breaker.closed]
        for name, receipt in zip(asked, await self._ask(asked), strict=True):
            self._examine(name, receipt)

    def _examine(self, name: str, receipt: Receipt) -> None:
        """Leave one that was thought well only for what somebody has to mend (no credit that is low and not gone), or a far end
        to which there is no way for long.
        """
        now, breaker = self.clock.now_ms(), self.breakers[name]
        breaker.suspect = False
        self._learn(name, receipt)
        mute = self._doubts.heed(name, receipt, now, self.passed.get(name, 0))
        if (mute or is_lasting(receipt)) and breaker.trip(receipt, now):
            self._fall(name)

    def _learn(self, name: str, receipt: Receipt) -> None:
        if receipt.credit is not None:
            self.credits[name] = receipt.credit
            self.figures.left(name, receipt.credit.left)
        if is_failure(receipt) is False:
            self.well[name] = self.clock.now_ms()

    def _heed(self, name: str, receipt: Receipt) -> None:
        now, breaker = self.clock.now_ms(), self.breakers[name]
        self._doubts.drop(name)
        self._learn(name, receipt)
        if not breaker.closed:
            if breaker.probed(receipt, now):
                self.speakers.vouched &= self.speakers.stand_ins()
                self._note(name, "gateway.back", "probes")
        elif is_failure(receipt) is False:
            self.speakers.vouched.add(name)
            self._wake()
        elif breaker.trip(receipt, now):
            self._note(name, "gateway.down", breaker.reason)

    async def _ask(self, names: Sequence[str]) -> list[Receipt]:
        return await asyncio.gather(*(probe(self.gateways[name]) for name in names))

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
        for sender in self.routes.senders:
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


def _words(channels: Iterable[Channel]) -> tuple[str, ...]:
    return tuple(sorted(channel.word for channel in channels))


async def _preferred(db: Database) -> dict[str, str]:
    """Channel's word to gateway's name, as the administrator said."""
    rows = await db.fetch("instance.preferences", PREFER)
    return {row["key"].removeprefix(PREFER): json.loads(row["value"])["gateway"] for row in rows}
