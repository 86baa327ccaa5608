"""Alarms: operators are told of a gateway that only a person can mend, and of one of their own for which nothing stands in; by another
way than the one in trouble, once, not for each message, and once more when it works again. And of a credit that is running out,
before it has.

What is wrong is looked at again and again, and not only when it begins: a node that dies, or an evening on which no other
way is open either, loses no alarm. The row that says it was told and the letters that tell it are one transaction.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from alertd.clock import HOUR, MINUTE
from alertd.deliver import sightings
from alertd.deliver.health import Health
from alertd.deliver.service import House, Limit, Note, Written, service
from alertd.model import Channel
from alertd.store import Database, Row, Transaction, ids
from gateways.contract import Trouble

LOOK_S: Final = 1.0
AGAIN_S: Final = 60.0
"""Between two attempts to tell what nobody could be told."""
QUIET_MS: Final = 10 * MINUTE
"""What ended so lately is not told anew: it may come and go."""
WITHIN_MS: Final = 6 * HOUR
MOST_WORD: Final = 30
"""Characters of a provider's own word in an alarm, which is an SMS, too."""
MOST: Final = 50
"""Addresses that are told."""
ALARM: Final = Limit("alarm")
BACK: Final = Limit("alarm_over")
"""Each has its own: that one gateway works again must not use up what would tell of the next."""
DOWN: Final = "down"
CREDIT: Final = "credit"

log = structlog.get_logger(__name__)

Key = tuple[str, str]
"""Gateway and kind."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an alarm is raised. `probed`: a probe sees it, and so when it is over; else a message must have passed."""

    trouble: Trouble
    phrase: str
    blanks: Mapping[str, str]
    probed: bool


def keepers(contacts: Sequence[Row]) -> Sequence[Row]:
    """Of those who can be told the administrators; where none of these can, all of them."""
    return [row for row in contacts if row["administrator"]] or contacts


class _Untold(Exception):
    """Nobody could be told: the alarm is not raised yet."""


@dataclass(slots=True)
class Alarms:
    """One node's. `low` are the credits below which operators are told, by gateway."""

    db: Database
    house: House
    health: Health
    low: Mapping[str, float]
    lease_ms: int
    _looked_at: float = float("-inf")
    _again_at: dict[Key, float] = field(default_factory=dict)

    async def step(self) -> bool:
        """Tell what is to be told."""
        now = self.house.clock.monotonic()
        if now - self._looked_at < LOOK_S:
            return False
        self._looked_at = now
        open_ = {(row["gateway"], row["kind"]): row for row in await self.db.fetch("alarms.open")}
        causes = dict(self._causes())
        for key, cause in causes.items():
            told = key in open_ and open_[key]["trouble"] == cause.trouble
            if not told and now >= self._again_at.get(key, now):
                self._again_at[key] = now + AGAIN_S
                await self._raise(key, cause)
        for key in [key for key in open_ if key not in causes]:
            if await self._is_over(key, open_[key]):
                await self._end(key)
        return False

    def _causes(self) -> Iterator[tuple[Key, Cause]]:
        for name, breaker in self.health.breakers.items():
            blanks = {"gateway": name}
            if breaker.certain:
                phrase = f"service.gateway_{breaker.reason}"
                said = blanks | {"word": breaker.word[:MOST_WORD] or "-"}
                yield (name, DOWN), Cause(Trouble(breaker.reason), phrase, said, breaker.seen_by_probe)
            elif self._is_mute(name):
                yield (name, DOWN), Cause(Trouble.CONNECTION, "service.gateway_mute", blanks, probed=True)
            credit = self.health.credits.get(name)
            if credit is not None and name in self.low and credit.left < self.low[name]:
                left = blanks | {"left": f"{credit.left:g} {credit.unit}"}
                yield (name, CREDIT), Cause(Trouble.CREDIT, "service.gateway_low", left, probed=True)

    def _is_mute(self, gateway: str) -> bool:
        """For a minute now stations of which it is the own have had no way out at all: of a shared one the watch tells everybody's
        operators.
        """
        breaker, now = self.health.breakers[gateway], self.health.clock.now_ms()
        return not breaker.closed and now - breaker.since >= MINUTE and self.health.speakers.mute(gateway)

    async def _raise(self, key: Key, cause: Cause) -> None:
        gateway, kind = key
        try:
            bells = await self._tell(key, cause)
        except _Untold:
            log.warning("alarm_untold", action="tell_later", gateway=gateway, reason=cause.trouble.value)
            return
        if bells:
            self._ring(bells)
            log.error("alarm", action="tell", gateway=gateway, reason=cause.trouble.value, kind=kind)

    async def _tell(self, key: Key, cause: Cause) -> set[str]:
        """Row and letters in one transaction; none where another node has told it, or it was told a moment ago.

        :raises _Untold: nobody can be told now.
        """
        gateway, kind = key
        async with self.db.transaction() as tx:
            what = (gateway, kind, cause.trouble.value, int(cause.probed), QUIET_MS)
            if not await tx.fetch("alarms.raise", *what):
                return set()
            bells = await self._write(tx, gateway, cause.phrase, cause.blanks)
            if not bells:
                raise _Untold
            action = "gateway.alarm" if kind == DOWN else "gateway.low"
            await self._audit(tx, action, gateway, cause.trouble.value)
        return bells

    async def _end(self, key: Key) -> None:
        gateway, kind = key
        async with self.db.transaction() as tx:
            if not await tx.execute("alarms.end", gateway, kind):
                return
            bells = set[str]()
            if kind == DOWN:
                bells = await self._write(tx, "", "service.gateway_back", {"gateway": gateway}, BACK)
                await self._audit(tx, "gateway.mended", gateway, "")
        self._ring(bells)
        log.warning("alarm_over", action="tell", gateway=gateway, kind=kind, told=bool(bells))

    async def _is_over(self, key: Key, row: Row) -> bool:
        """Well by this node's own judgment, by that of every node alive, and, where probes cannot see it, by a message."""
        gateway, kind = key
        breaker = self.health.breakers.get(gateway)
        if breaker is None:
            return True  # it is not configured any more
        if kind == CREDIT:
            return gateway not in self.low or gateway in self.health.credits
        proof = self.health.well if row["probed"] else self.health.passed
        if not breaker.closed or proof.get(gateway, -1) < breaker.since:
            return False  # a node that has just begun knows of nothing yet
        seen = await sightings.read(self.db, self.lease_ms)
        return all(one.sighting.working for one in seen if one.sighting.gateway == gateway)

    async def _write(
        self, tx: Transaction, avoid: str, phrase: str, blanks: Mapping[str, str], limit: Limit = ALARM
    ) -> set[str]:
        """A letter to every operator's address that can be reached otherwise; the bells to be rung for them."""
        bells = set[str]()
        note = Note(
            phrase,
            blanks,
            title="service.gateway_title",
            within_ms=WITHIN_MS,
            path="/passerelles",
            thread="gateways",
            limit=limit,
        )
        contacts = await self._contacts(tx, blanks["gateway"])
        for row in keepers([row for row in contacts if self._reaches(row, avoid)]):
            written = await service(tx, self.house, row["id"], note)
            if isinstance(written, Written):
                bells.add(written.bell)
        return bells

    def _reaches(self, contact: Row, avoid: str) -> bool:
        return self.health.speaks_for(Channel(contact["channel"])) not in {None, avoid}

    async def _contacts(self, tx: Transaction, gateway: str) -> Sequence[Row]:
        """Of a station's own gateway its operators, and the administrators: no other station's."""
        own = {slug for one in self.house.routes.senders if one.gateway == gateway for slug in one.owners}
        if own:
            return await tx.fetch("alarms.own_contacts", MOST, json.dumps(sorted(own)))
        return await tx.fetch("alarms.contacts", MOST)

    async def _audit(self, tx: Transaction, action: str, gateway: str, reason: str) -> None:
        who = f"node:{self.health.node_id}"
        row = (await ids.take(tx, "audit"), self.house.clock.now_ms(), None, who, action)
        detail = json.dumps({"reason": reason})
        await tx.execute("audit.append", *row, f"gateway:{gateway}", detail)

    def _ring(self, bells: set[str]) -> None:
        for bell in bells:
            self.db.ring(bell)
