"""A town under watch: SMS by one provider, e-mail by a relay, and whoever keeps it told by both."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heart.ailing import Ailing
from heart.town import SMS, Town, build

from alertd.clock import SECOND, SystemClock
from alertd.deliver.dispatch import Dispatch
from alertd.deliver.health import Health
from alertd.deliver.line import Line
from alertd.deliver.pace import Bucket
from alertd.model import Channel
from alertd.settings import Settings
from alertd.stations import operators
from alertd.store.postgres import Postgres
from alertd.subscribe import contacts
from alertd.watch.alarms import Alarms
from alertd.watch.dates import Dates
from alertd.watch.timekeeping import Timekeeping
from alertd.watch.watch import Watch

MAILBOX = "astreinte@mairie.example"
MOBILE = "+33639980399"


@dataclass
class Watched:
    """`watches` are those of the nodes; their clocks are one."""

    town: Town
    far: dict[str, Ailing]
    health: Health
    watches: list[Watch]
    dispatch: Dispatch
    lines: list[Line]

    async def pass_time(self, milliseconds: int) -> None:
        """The nodes' life, five seconds at a time."""
        for _ in range(milliseconds // (5 * SECOND)):
            self.town.clock.advance(5 * SECOND)
            await self.turn()

    async def turn(self) -> None:
        """Every loop once."""
        self.set_right()
        await self.town.spread()
        await self.town.keep_house()
        await self.health.step()
        for watch in self.watches:
            await watch.step()
        for line in self.lines:
            while await self.dispatch.step(line):
                pass

    def set_right(self) -> None:
        """PostgreSQL's clock runs on while ours stands: after seconds of a test it would be an alarm, rightly."""
        if isinstance(self.town.db, Postgres):
            self.town.db.set_offset(self.town.clock.now_ms() - SystemClock().now_ms())

    async def told_at(self, channel: Channel, address: str, login: str = "mairie") -> None:
        """An operator's address, given at the console."""
        async with self.town.db.transaction() as tx:
            if not await tx.fetch("contacts.operator", login):
                await operators.add(tx, self.town.clock, login=login, name=login)
            await contacts.give(tx, self.town.clock, self.town.desk.keyring, "cli", login, channel, address)

    def letters(self, address: str = MAILBOX) -> list[str]:
        """What an address was told by whoever, in order."""
        return [said.text for far in self.far.values() for said in far.ledger if said.address == address]


async def watched(
    db: Any, clock: Any, folder: Path, nodes: int = 2, told: bool = True, second: bool = False
) -> Watched:
    """Five people at home, and two nodes that watch; `second`: SMS have two providers."""
    played = {"driver": "played"}
    table = {"first": played | {"channels": ["sms"]}, "relay": played | {"channels": ["email"]}}
    table |= {"second": played | {"channels": ["sms"]}} if second else {}
    quick = {"poll_s": 0.001, "retry_base_s": 1, "retry_cap_s": 1, "slice": 5}
    town = await build(db, clock, Settings.model_validate({"gateways": table, "sending": quick}))
    for _ in range(5):
        await town.person()
    far = {name: Ailing(name) for name in ("first", "second", "relay", "sandbox")}
    health = Health(db, clock, town.desk.routes, far, town.node.id)
    old = town.node.dispatch
    dispatch = Dispatch(db, clock, old.renderer, old.sending, town.node.id, health.homes, health.hear)
    senders = {one.id: one for route in town.desk.routes.values() for one in route}
    lines = [Line(one, far[one.gateway], Bucket(clock, None, 1)) for one in senders.values()]
    watches = [_watch(town, health, f"mairie-{n}", folder) for n in range(1, nodes + 1)]
    house = Watched(town, far, health, watches, dispatch, lines)
    if told:
        await house.told_at(Channel.EMAIL, MAILBOX)
        await house.told_at(SMS, MOBILE)
    return house


def _watch(town: Town, health: Health, node: str, folder: Path) -> Watch:
    alarms = Alarms(town.db, town.desk, health)
    kept = Timekeeping(town.clock, lambda: True)
    return Watch(town.db, alarms, town.desk, node, {"database": folder}, 30 * SECOND, Dates(town.clock), kept)
