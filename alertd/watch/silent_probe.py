"""Silent probes: once a month telephones of which nothing was heard are asked whether they are still there.

Only notifications: no SMS, call or e-mail is silent. Our service worker answers that the message came, as it does for alerts, and
that is all that is looked for (`endpoints.hear`). No browser promises that a push may show nothing (`userVisibleOnly`):

* Chrome and Edge count the notifications of ours that are visible when the event is over; with none they write "This site has been
  updated in the background" once the site's budget is spent. So one is shown, silent, and closed a few seconds after.
  https://chromium.googlesource.com/chromium/src/+/main/chrome/browser/push_messaging/push_messaging_notification_manager.cc
* Firefox takes one off a quota that may be 1 for a site not visited for a month, and ends the subscription at 0, unless one of
  ours is visible three seconds after. The same does for it.
  https://searchfox.org/mozilla-central/source/dom/push/PushService.sys.mjs (`_updateQuota`), PushRecord.sys.mjs (`updateQuota`)
* Apple ends subscriptions that show nothing: they are not asked (`gateways.webpush.hosts.may_be_silent`).
* FCM checks a registration without telling the phone (`validate_only`): it says who uninstalled the app, and no more.
  https://github.com/firebase/firebase-admin-java/pull/509

It takes the whole way, in the last lane, begun only when nothing else waits, a slice a minute. What leaves late in the day may
reach a telephone that is switched on at night: it makes no sound.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Final, NamedTuple

import structlog

from alertd.clock import DAY, from_ms
from alertd.deliver import quiet
from alertd.deliver.routes import SHARED, Sender, by_kind
from alertd.deliver.service import WRITER
from alertd.deliver.tallies import Entries
from alertd.issue.desk import Desk
from alertd.keys import Unreadable, endpoint_context
from alertd.model import AddressKind, Channel, Lane, Level, Mode, State
from alertd.settings.silent_probe import KEPT
from alertd.stations import sending_switch
from alertd.store import Database, Row, Transaction, ids
from alertd.watch import daytime
from gateways.contract import Gateway

LOOK_S: Final = 60.0
SLICE: Final = 500
"""People looked at in one transaction, and in a minute, of all stations of an instance together."""
STATIONS: Final = 50
"""Stations looked at in one minute, most of which have nobody to be asked."""
UNHEARD_MS: Final = 25 * DAY
"""Whoever was heard of, or asked, since then is not asked: less than a month, since its days are not all as many."""
HISTORY_MS: Final = 400 * DAY
DROPS: Final = 20

log = structlog.get_logger(__name__)


class _Asked(NamedTuple):
    """Who is to be asked, by which sender, and when that may be (UTC ms)."""

    endpoint_id: int
    sender: Sender
    due_at: int


@dataclass(slots=True)
class SilentProbe:
    """One node's share: of several nodes one leads at a time. `gateways` by name, which know whom they can ask silently; `slice` is
    how many people are looked at in a minute.
    """

    desk: Desk
    gateways: Mapping[str, Gateway]
    slice: int = SLICE
    _looked_at: float = field(default=float("-inf"))

    async def step(self) -> bool:
        """Ask the next few, when it is time."""
        if (now := self.desk.clock.monotonic()) - self._looked_at < LOOK_S:
            return False
        self._looked_at = now
        await self.ask()
        return False

    async def ask(self) -> None:
        """A slice of people, of the stations whose day it is; nobody while anything else waits to leave."""
        desk = self.desk
        if not desk.settings.silent_probe.enabled or not await sending_switch.is_on(desk.db):
            return
        today = from_ms(desk.clock.now_ms()).astimezone(UTC)
        by_day = await daytime.timezones(desk.db, desk.clock.now_ms(), desk.settings.silent_probe.hours)
        month, zones = f"{today:%Y-%m}", json.dumps(by_day)
        left = self.slice
        due = await desk.db.fetch("silent_probes.due", month, today.day, zones, STATIONS)
        if not due or await desk.db.fetch("silent_probes.others_wait"):
            return
        for row in due:
            if left > 0:
                left -= await self._ask(row, month, left)

    async def _ask(self, station: Row, month: str, most: int) -> int:
        """Up to `most` people of a station; how many were looked at. Who is asked, and how far it came, in one transaction."""
        db = self.desk.db
        async with db.transaction() as tx:
            if not await tx.fetch("chores.lead", "silent_probe"):
                return most  # another node is at it
            await tx.execute("silent_probes.begin", station["id"], month)
            standing = await tx.fetch("silent_probes.standing", station["id"], month)
            if not standing:
                return 0
            cursor = standing[0]["subscriber"]
            (people,) = await tx.fetch("silent_probes.slice", station["id"], cursor, most)
            upto = people["upto"] or cursor
            asked = await self._silent(tx, station, cursor, upto)
            await self._write(tx, station["id"], asked)
            over = int(people["n"] < most)
            await tx.execute("silent_probes.advance", station["id"], month, upto, len(asked), over)
        log.info("silent_probe", action="ask", station=station["id"], month=month, asked=len(asked))
        for sender in {one.sender.id for one in asked}:
            db.ring(f"dispatch:{sender}")
        return int(people["n"])

    async def _silent(self, tx: Transaction, station: Row, cursor: int, upto: int) -> list[_Asked]:
        """Of these people whoever is to be asked within a day."""
        now, hours = self.desk.clock.now_ms(), self.desk.settings.quiet
        senders = by_kind(self.desk.routes, Mode.LIVE, Channel.PUSH, danger=False, owners=SHARED)
        rows = await tx.fetch("silent_probes.silent", station["id"], cursor, upto, now - UNHEARD_MS)
        asked = [
            _Asked(row["id"], senders[kind], daytime.due(row, Channel.PUSH, station["timezone"], now, hours))
            for row in rows
            if (kind := AddressKind(row["kind"])) in senders and self._can_ask(senders[kind], row)
        ]
        return [one for one in asked if one.due_at < now + DAY]

    def _can_ask(self, sender: Sender, row: Row) -> bool:
        """Whether the gateway can speak to this address silently. What cannot be opened is asked nothing."""
        gateway = self.gateways.get(sender.gateway)
        if gateway is None or gateway.capabilities.silent is None:
            return False
        context = endpoint_context(row["id"], Channel.PUSH)
        try:
            address = self.desk.keyring.open(bytes(row["address"]), row["key_id"], context)
        except Unreadable:
            return False
        return gateway.capabilities.silent(address.decode())

    async def _write(self, tx: Transaction, station_id: int, asked: Sequence[_Asked]) -> None:
        """Message, deliveries, books; and that they were asked."""
        if not asked:
            return
        now, message_id = self.desk.clock.now_ms(), await ids.take(tx, "message")
        terms = (int(Level.INFO), int(Lane.INFO), now + DAY, len(asked))
        await tx.execute("silent_probes.add_message", message_id, station_id, *terms)
        entries = Entries(WRITER)
        for sender, state, due in _alike(asked, now):
            reason = quiet.REASON if state is State.WAITING else None
            where = (json.dumps(due), sender.id, int(Lane.INFO), int(state), reason)
            await tx.execute("silent_probes.add_deliveries", message_id, *where)
            entries.add(message_id, Channel.PUSH, state, len(due))
        await entries.write(tx)
        await tx.execute("silent_probes.mark", json.dumps(sorted(one.endpoint_id for one in asked)))


def _alike(asked: Sequence[_Asked], now: int) -> Iterator[tuple[Sender, State, dict[int, int]]]:
    """Those of one sender that may come now, and those that wait: each with when it is due."""
    groups: dict[tuple[Sender, State], dict[int, int]] = defaultdict(dict)
    for one in asked:
        state = State.WAITING if one.due_at > now else State.QUEUED
        groups[one.sender, state][one.endpoint_id] = one.due_at
    for (sender, state), due in groups.items():
        yield sender, state, due


async def forget(db: Database, now: int) -> None:
    """Drop the rows of probes of a week ago; one node does it for all."""
    async with db.transaction() as tx:
        if not await tx.fetch("chores.lead", "silent_probe"):
            return
        await tx.execute("silent_probes.forget", now - HISTORY_MS)
        rows = await tx.fetch("silent_probes.old", now - KEPT, DROPS)
        if messages := json.dumps([row["id"] for row in rows]) if rows else "":
            await tx.execute("canary.drop_attempts", messages)
            await tx.execute("canary.drop_deliveries", messages)
            await tx.execute("canary.drop_tallies", messages)
            await tx.execute("silent_probes.drop", messages)
