"""STOP and START by SMS: what one ends, and the other brings back.

Stations share a number, so a STOP ends the subscription of the one that wrote last by that number; another STOP within
thirty days, from whoever does not mean that station alone, ends the endpoint. Nobody is erased: the parting is kept, so
that no list with an older consent brings the person back, and for START. START brings back what STOPs ended, and nobody
else: no one is subscribed by a word that could be anybody's.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from alertd.clock import DAY, Clock
from alertd.model import EndpointState, Mode, subscriber_of
from alertd.stations import audit
from alertd.store import reach
from alertd.store.database import Database, Row, Transaction
from alertd.subscribe import guests
from alertd.subscribe.departures import What, note
from alertd.subscribe.leave import erase

SECOND_STOP: Final = 30 * DAY
"""Within so long a second STOP says that the first was not enough; later, it is about whoever wrote meanwhile."""
REMEMBERED: Final = 3 * 365 * DAY
"""How long an objection is kept: the three years that CNIL asks of a list of objections."""
ACTOR: Final = "resident"
SLICE: Final = 100
SLICES: Final = 40


@dataclass(frozen=True, slots=True)
class Writer:
    """Whose endpoint an SMS came from. `proof` names the SMS ("inbound:12"); `senders` are those it was written to."""

    endpoint_id: int
    subscriber_id: int
    state: EndpointState
    stopped: bool
    locale: str
    proof: str
    senders: tuple[int, ...]

    @property
    def listens(self) -> bool:
        """Whether it is written to, or will be once it is proven."""
        return self.state in {EndpointState.PENDING, EndpointState.ACTIVE}


@dataclass(frozen=True, slots=True)
class Known:
    """A station that has the writer; `last_message` is the newest that left by the senders written to, 0 without any."""

    id: int
    name: str
    last_message: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a STOP ended: a station's subscription, or (no station) the endpoint."""

    station: Known | None


async def find(
    tx: Transaction, hashes: Sequence[bytes], mode: Mode, proof: str, senders: tuple[int, ...]
) -> Writer | None:
    """Whose number it is, by its hashes (the current key's first); None for a stranger.

    During a rotation one secret's hash may find an endpoint that ended, and another's the one that is written to: that one is meant.
    Rows go from the older hash to the newer, so the older is looked for first and none slips through in between.
    """
    rows = [row for one in reversed(hashes) for row in await tx.fetch("stops.endpoint", one, int(mode))]
    if not rows:
        return None
    row = max(rows, key=lambda row: (row["state"] < EndpointState.STOPPED, row["id"]))
    state, stopped = EndpointState(row["state"]), row["stop_at"] is not None
    return Writer(row["id"], row["subscriber_id"], state, stopped, row["locale"], proof, senders)


async def stations(tx: Transaction, writer: Writer) -> list[Known]:
    """Who has the writer now, whoever wrote last first."""
    rows = await tx.fetch("stops.stations", writer.endpoint_id, writer.subscriber_id, _list(writer.senders))
    known = [
        Known(row["id"], row["name"], max(row["last_message"] or 0, row["last_beside"] or 0)) for row in rows
    ]
    return sorted(known, key=lambda one: -one.last_message)


async def stop(tx: Transaction, clock: Clock, writer: Writer, *, whole: bool = False) -> Stopped:
    """End what a STOP means; `whole`: the provider has stopped the number itself, so nothing reaches it anyway.

    A number that has stopped already ends nothing more: what its person gets by e-mail is not meant.
    """
    if not writer.listens:
        return Stopped(None)
    known = await stations(tx, writer)
    lately = await _parted(tx, writer, clock.now_ms() - SECOND_STOP)
    meant = known[0] if known and (known[0].last_message or len(known) == 1) else None
    if whole or lately or meant is None:
        await _end_endpoint(tx, clock, writer)
        return Stopped(None)
    await _part(tx, clock, writer, meant)
    return Stopped(meant)


async def start(tx: Transaction, clock: Clock, writer: Writer) -> list[str]:
    """Bring back what STOPs ended; the names of the stations that may write again, none where nothing was to be undone.

    Subscriptions come back that ended within thirty days before the last that did: one series of STOPs.
    """
    revived = await _revive(tx, clock, writer)
    parted = await _parted(tx, writer, clock.now_ms() - REMEMBERED)
    series = [row for row in parted if row["ended_at"] > parted[0]["ended_at"] - SECOND_STOP]
    for row in series:
        await _resume(tx, clock, writer, row["station_id"])
    if not (series or revived):
        return []
    await reach.derive(tx, [writer.subscriber_id])
    return [one.name for one in await stations(tx, writer)]


async def forget(db: Database, clock: Clock) -> None:
    """Forget partings that are over three years old, and whoever nobody has any more; one node does it for all."""
    for _ in range(SLICES):
        async with db.transaction() as tx:
            if not await tx.fetch("chores.lead", "forget"):
                return
            rows = await tx.fetch("stops.over", clock.now_ms() - REMEMBERED, SLICE)
            for row in rows:
                await tx.execute("stops.forget_parting", row["station_id"], row["subscriber_id"])
            for row in await tx.fetch("stops.abandoned", _list({row["subscriber_id"] for row in rows})):
                await erase(tx, row["id"])
            if not rows:
                return


async def _parted(tx: Transaction, writer: Writer, since: int) -> Sequence[Row]:
    return await tx.fetch("stops.parted", writer.endpoint_id, writer.subscriber_id, since)


async def part(tx: Transaction, station_id: int, endpoint: int, proof: str, at: int | None = None) -> None:
    """End a station's subscription by a STOP from that endpoint, and keep it as a parting: of `at` (UTC ms), or of now."""
    person = subscriber_of(endpoint)
    groups = _list({row["id"] for row in await tx.fetch("stops.groups", station_id, person)})
    await tx.execute("stops.forget_parting", station_id, person)
    await tx.execute("stops.part", station_id, person, endpoint, proof, groups, at)
    await reach.forget(tx, [person])
    await tx.execute("subscribers.leave_groups", station_id, person)
    await tx.execute("subscribers.unsubscribe", station_id, person)
    await guests.dismiss(tx, person)
    await note(tx, What.LEFT, person, station_id=station_id, endpoint_id=endpoint)
    await reach.derive(tx, [person])


async def _part(tx: Transaction, clock: Clock, writer: Writer, station: Known) -> None:
    await part(tx, station.id, writer.endpoint_id, writer.proof)
    await _audit(tx, clock, station.id, "subscriber.stop", f"subscriber:{writer.subscriber_id}", writer)


async def _end_endpoint(tx: Transaction, clock: Clock, writer: Writer) -> None:
    if await tx.execute("stops.end_endpoint", writer.endpoint_id):
        await note(tx, What.STOPPED, writer.subscriber_id, endpoint_id=writer.endpoint_id)
        await reach.derive(tx, [writer.subscriber_id])
        await _audit(tx, clock, None, "endpoint.stop", f"endpoint:{writer.endpoint_id}", writer)


async def _revive(tx: Transaction, clock: Clock, writer: Writer) -> bool:
    if not await tx.execute("stops.revive_endpoint", writer.endpoint_id):
        return False
    await note(tx, What.RETURNED, writer.subscriber_id, endpoint_id=writer.endpoint_id)
    await _audit(tx, clock, None, "endpoint.start", f"endpoint:{writer.endpoint_id}", writer)
    return True


async def _resume(tx: Transaction, clock: Clock, writer: Writer, station_id: int) -> None:
    """The consent of a subscription that comes back is this SMS: its person's own word, and its day."""
    pair = (station_id, writer.subscriber_id)
    await tx.execute("stops.resume", *pair, writer.proof)
    await tx.execute("stops.regroup", *pair)
    await tx.execute("stops.forget_parting", *pair)
    endpoint = writer.endpoint_id
    await note(tx, What.RETURNED, writer.subscriber_id, station_id=station_id, endpoint_id=endpoint)
    await _audit(tx, clock, station_id, "subscriber.start", f"subscriber:{writer.subscriber_id}", writer)


async def _audit(
    tx: Transaction, clock: Clock, station_id: int | None, action: str, object_: str, writer: Writer
) -> None:
    await audit.append(tx, clock, station_id, ACTOR, action, object_, {"by": "sms", "proof": writer.proof})


def _list(numbers: Sequence[int] | set[int]) -> str:
    return json.dumps(sorted(numbers))
