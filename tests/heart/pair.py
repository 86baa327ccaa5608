"""A town with two providers for SMS, the first preferred, and what the node knows of them."""

from dataclasses import dataclass
from typing import Any

from heart.ailing import DEAD, Ailing
from heart.town import SMS, Town

from alertd.clock import SECOND
from alertd.deliver.dispatch import Dispatch
from alertd.deliver.health import Health
from alertd.deliver.line import Line
from alertd.deliver.pace import Bucket
from alertd.model import Mode
from alertd.settings import Settings
from gateways.contract import Outcome, Receipt


@dataclass
class Pair:
    """A town with two providers for SMS, the first preferred, and what the node knows of them."""

    town: Town
    first: Ailing
    second: Ailing
    health: Health
    dispatch: Dispatch
    lines: tuple[Line, Line]

    async def go(self) -> None:
        """A second of the node's life, a tenth at a time; danger's sender is woken whenever something is due."""
        for _ in range(10):
            self.town.clock.advance(SECOND // 10)
            await self.town.spread()
            await self.town.keep_house()
            for line in self.lines:
                await self.dispatch.step(line)
            await self.health.step()

    def speakers(self) -> set[str]:
        """Which gateway speaks for SMS, the sandbox of training stations aside."""
        seen = self.health.sightings()
        return {one.gateway for one in seen if "sms" in one.speaks and one.gateway != "sandbox"}

    def hear_of_messages(self) -> None:
        """Ten answers of whoever speaks now, as dispatch hears them."""
        for name in self.speakers():
            down = self.first.down if name == "first" else self.second.down
            self.health.hear(name, [DEAD if down else Receipt("", Outcome.ACCEPTED)] * 10)

    async def pass_time(self, milliseconds: int) -> None:
        """So many seconds of it."""
        for _ in range(milliseconds // SECOND):
            await self.go()


def two_gateways() -> Settings:
    """Two accounts for SMS, in order of preference."""
    table: dict[str, Any] = {"driver": "played", "channels": ["sms"]}
    quick = {"poll_s": 0.001, "retry_base_s": 1, "retry_cap_s": 1, "slice": 5}
    chosen = {"gateways": {"first": table, "second": table}, "routes": {"sms": ["first", "second"]}}
    return Settings.model_validate(chosen | {"sending": quick})


async def paired(town: Town) -> Pair:
    """Twenty people at home in a town of `two_gateways`, and its providers in place of the node's own."""
    for _ in range(20):
        await town.person()
    first, second = Ailing("first"), Ailing("second")
    first.clock = second.clock = town.clock
    routes, old = town.desk.routes, town.node.dispatch
    far = {"first": first, "second": second, "sandbox": first}
    health = Health(town.desk.db, town.clock, routes, far, town.node.id)
    dispatch = Dispatch(
        town.desk.db, town.clock, old.renderer, old.sending, town.node.id, health.homes, health.hear
    )
    ours, theirs = routes[Mode.LIVE, SMS, False]
    lines = (
        Line(ours, first, Bucket(town.clock, None, 1)),
        Line(theirs, second, Bucket(town.clock, None, 1)),
    )
    return Pair(town, first, second, health, dispatch, lines)
