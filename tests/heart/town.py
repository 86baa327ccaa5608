"""A small town with its neighbours: a desk, stations, people, a provider on the far end, and time that is moved by hand."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import Any

from heart.addressed import device, landline, mailbox, phone
from heart.provider import Provider

import zones
from alertd import catalogue
from alertd.clock import DAY, FOREVER, HOUR
from alertd.deliver import routes
from alertd.deliver.dispatch import Dispatch
from alertd.deliver.fan_out import FanOut
from alertd.deliver.line import Line
from alertd.deliver.pace import Bucket
from alertd.deliver.render import Renderer
from alertd.deliver.tend import Tend
from alertd.issue.desk import Desk
from alertd.issue.preview import Preview, preview
from alertd.issue.release import Released, cancel, end, release
from alertd.keys import Keyring
from alertd.model import Actor, Channel, Content, Level, Mode, Role, State, Station, Target, Text, endpoint_id
from alertd.publish.links import Links
from alertd.settings import Settings
from alertd.stations import stations
from alertd.stations.stations import NewStation
from alertd.store import ids, reach
from alertd.store.database import Database
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment
from alertd.subscribe.topics import register_topics

SMS, PUSH, EMAIL, VOICE = Channel.SMS, Channel.PUSH, Channel.EMAIL, Channel.VOICE
HOME = (49.2090, 5.3750)
FAR = (49.2500, 5.4500)  # of the same station, five kilometres off
CIRCLE = zones.Circle(*HOME, 1_000)


def settings(
    *senders: dict[str, Any], channels: Sequence[str] = ("sms", "email"), **sending: Any
) -> Settings:
    """One live account for SMS and e-mail; waits that a test would notice are short."""
    quick = {"poll_s": 0.001, "retry_base_s": 1, "retry_cap_s": 1, "send_timeout_s": 10} | sending
    table = {"driver": "played", "channels": channels, "senders": senders}
    return Settings.model_validate({"gateways": {"operator": table}, "sending": quick})


@dataclass(slots=True)
class Node:
    """One node: its loops, and its lines to the provider by channel."""

    id: int
    fan_out: FanOut
    dispatch: Dispatch
    tend: Tend
    lines: dict[Channel, Line]


@dataclass(slots=True)
class Town:
    """`station` is live and `training` is not; `neighbour` is another live one whose people are never ours."""

    desk: Desk
    clock: Any
    station: Station
    training: Station
    neighbour: Station
    provider: Provider
    node: Node
    mayor: Actor
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def db(self) -> Database:
        return self.desk.db

    async def person(
        self,
        *at: tuple[float, float] | At,
        sms: int = 1,
        email: int = 0,
        push: int = 0,
        voice: int = 0,
        station: Station | None = None,
        proven: bool = True,
        **more: Any,
    ) -> int:
        """Enrol someone: at home when no place is said, with so many of each; the person's id.

        The n-th person has the addresses `phone(n)`, `mailbox(n)`, `device(n)` and `landline(n)`; a second number is `phone(n, 1)`.
        """
        number = next(self.numbers)
        said = more.pop(
            "places", tuple(place if isinstance(place, At) else At(*place) for place in at or (HOME,))
        )
        addresses = [(SMS, phone(number, each)) for each in range(sms)]
        addresses += [(EMAIL, mailbox(number, each)) for each in range(email)]
        addresses += [(PUSH, device(number, each)) for each in range(push)]
        addresses += [(VOICE, landline(number, each)) for each in range(voice)]
        enrolment = Enrolment(tuple(addresses), "accueil", self.clock.now_ms() - DAY, places=said, **more)
        async with self.db.transaction() as tx:
            one = await enrol(
                tx, self.clock, self.desk.keyring, station or self.station, enrolment, fiction=True
            )
            assert one.subscriber_id is not None
            if proven:
                await tx.execute("heart.prove", one.subscriber_id, self.clock.now_ms())
        return one.subscriber_id

    async def crowd(self, places: Sequence[tuple[float, float]], **terms: Any) -> list[int]:
        """A person with one number at each place, by bulk: their addresses cannot be opened, nothing may be sent."""
        random, now = Random(7), self.clock.now_ms()
        cells = [zones.cell(*place) for place in places]
        scope, topics, level = (
            terms.get("scope", "places"),
            terms.get("topics", -1),
            terms.get("min_level", 1),
        )
        async with self.db.transaction() as tx:
            first = await ids.take(tx, "subscriber", len(cells))
            people = range(first, first + len(cells))
            sealed = [(endpoint_id(one, 0), one, random.randbytes(32)) for one in people]
            await tx.execute_many("subscribers.add", [(one, 0, "fr", now) for one in people])
            rows = [(end, one, 0, 0, 1, b"", hashed, 1, now, now) for end, one, hashed in sealed]
            await tx.execute_many("subscribers.add_endpoint", rows)
            if scope == "places":
                rows = [(one, 0, cell, "home", None, now) for one, cell in zip(people, cells, strict=True)]
                await tx.execute_many("subscribers.add_place", rows)
            rows = [
                (self.station.id, one, scope, topics, level, 0, now, FOREVER, None, "liste", now, None)
                for one in people
            ]
            await tx.execute_many("subscribers.subscribe", rows)
            await reach.derive(tx, people)
        return list(people)

    def content(self, **changes: Any) -> Content:
        """A danger in a circle around the mairie by SMS, that can be sent as it is."""
        usual = {
            "level": Level.DANGER,
            "topic": "fire",
            "target": Target(zone=CIRCLE),
            "texts": {"fr": Text("Incendie route de Verdun", "Un feu de ferme.", "Fermez vos fenêtres.")},
            "channels": frozenset({SMS}),
            "expires": self.clock.now_ms() + 3 * HOUR,
        }
        return Content(**(usual | changes))

    async def preview(
        self, content: Content | None = None, alert_id: int | None = None, **changes: Any
    ) -> Preview:
        """What the mayor is shown."""
        return await preview(
            self.desk, self.mayor, self.station, content or self.content(**changes), alert_id
        )

    async def release(self, alert_id: int | None = None, **changes: Any) -> Released:
        """Preview, then release."""
        shown = await self.preview(alert_id=alert_id, **changes)
        return await release(self.desk, self.mayor, self.station, shown.digest)

    async def end(self, released: Released, texts: dict[str, Text] | None = None) -> Released:
        """The word that it is over."""
        return await end(self.desk, self.mayor, released.alert_id, texts)

    async def cancel(self, released: Released, texts: dict[str, Text] | None = None) -> Released:
        """The word that it was a false alert."""
        return await cancel(self.desk, self.mayor, released.alert_id, texts)

    async def spread(self, node: Node | None = None) -> None:
        """Fan out until there is nothing to do now."""
        await _idle((node or self.node).fan_out.step)

    async def hand_over(self, node: Node | None = None, channel: Channel | None = None) -> None:
        """Dispatch until there is nothing to do now."""
        node = node or self.node
        for each, line in node.lines.items():
            if channel in {None, each}:
                await _idle(lambda line=line: node.dispatch.step(line))

    async def keep_house(self, node: Node | None = None) -> None:
        """Tend until there is nothing to do now; one more round closes what has drained."""
        await _idle((node or self.node).tend.step)

    async def run(self) -> None:
        """Everything that can be done now."""
        await self.spread()
        await self.keep_house()
        await self.hand_over()
        await self.keep_house()

    async def later(self, milliseconds: int) -> None:
        """Time passes, and everything that comes due is done."""
        self.clock.advance(milliseconds)
        await self.run()

    async def deliveries(self, event: Released | None = None) -> list[Any]:
        """All deliveries, or an event's."""
        rows = await self.db.fetch("heart.deliveries")
        if event is None:
            return list(rows)
        message = await self.message(event)
        return [row for row in rows if row["message_id"] == message["id"]]

    async def message(self, event: Released) -> Any:
        """The message of an event."""
        return next(row for row in await self.db.fetch("heart.messages") if row["event_id"] == event.event_id)

    async def states(self, event: Released | None = None) -> dict[State, int]:
        """How many deliveries are in each state."""
        return Counter(State(row["state"]) for row in await self.deliveries(event))

    async def people_of(self, event: Released) -> set[int]:
        """Whom an event has deliveries for."""
        return {row["endpoint_id"] >> 8 for row in await self.deliveries(event)}

    async def attempts(self) -> list[Any]:
        """Every try, in order."""
        return list(await self.db.fetch("heart.attempts"))

    async def do(self, query: str, *arguments: Any) -> None:
        """One statement, committed."""
        async with self.db.transaction() as tx:
            await tx.execute(query, *arguments)

    async def another_node(self, name: str, provider: Provider | None = None) -> Node:
        """One more node on the same store."""
        return await _node(self.desk, name, provider or self.provider)

    async def books(self) -> None:
        """For each message, every channel and state: the books say what the rows say, and the plan is their sum."""
        counted = {
            (row["message_id"], row["channel"], row["state"]): row["n"]
            for row in await self.db.fetch("heart.counted")
        }
        written = {
            (row["message_id"], row["channel"], row["state"]): row["n"]
            for row in await self.db.fetch("heart.tallied")
            if row["n"]
        }
        assert written == counted
        for message in await self.db.fetch("heart.messages"):
            total = sum(n for (id_, _, _), n in counted.items() if id_ == message["id"])
            assert message["planned"] in {None, total}


async def build(db: Database, clock: Any, chosen: Settings | None = None) -> Town:
    """A desk on this store, three stations, one node."""
    chosen, words = chosen or settings(), catalogue.load()
    async with db.transaction() as tx:
        await register_topics(tx, words)
        new = NewStation("bras-sur-meuse", "Bras-sur-Meuse", *HOME)
        station = await stations.add(tx, clock, new)
        training = await stations.add(tx, clock, replace(new, slug="essai", mode=Mode.TRAINING))
        neighbour = await stations.add(tx, clock, replace(new, slug="voisine", name="Voisine"))
    desk = Desk(db, clock, words, chosen, Keyring({1: b"k" * 32}), await routes.register(db, chosen))
    provider = Provider()
    node = await _node(desk, "one", provider)
    return Town(desk, clock, station, training, neighbour, provider, node, mayor_of(station))


def mayor_of(station: Station, releases: Level | None = Level.DANGER) -> Actor:
    """Who may release up to that level."""
    return Actor("operator:mairie", station.id, releases, Role.MAYOR)


async def _node(desk: Desk, name: str, provider: Provider) -> Node:
    db, clock, sending = desk.db, desk.clock, desk.settings.sending
    async with db.transaction() as tx:
        rows = await tx.fetch("nodes.start", await ids.take(tx, "node"), name, "boot")
    id_ = int(rows[0]["id"])
    renderer = Renderer(db, desk.catalogue, desk.keyring, Links.of(desk.settings.http))
    lines = {}
    for (mode, channel, danger), route in desk.routes.items():
        if mode is Mode.LIVE and not danger and route:
            lines[channel] = Line(route[0], provider, Bucket(clock, route[0].rate, route[0].burst))
    fan_out = FanOut(db, desk.routes, id_)
    dispatch = Dispatch(db, clock, renderer, sending, id_)
    return Node(id_, fan_out, dispatch, Tend(db, clock, sending, id_, desk.routes), lines)


async def _idle(step: Any) -> None:
    for _ in range(2_000):
        if not await step():
            return
    raise AssertionError("it never comes to rest")


async def bounded(awaitable: Any) -> Any:
    """Its result, within a minute."""
    async with asyncio.timeout(60):
        return await awaitable
