"""The truth before sending: how many people, on which channels, at what price, when the first, half and last are reached."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from alertd.clock import MINUTE
from alertd.errors import Conflict, Missing, Refused, TooOften
from alertd.issue import across, audience
from alertd.issue.across import Border
from alertd.issue.check import check
from alertd.issue.costs import costs
from alertd.issue.coverage import Coverage, coverage
from alertd.issue.delays import delayed
from alertd.issue.desk import Desk
from alertd.issue.guards import after, check_station
from alertd.issue.hushed import Hushed, hushed
from alertd.model import Act, Actor, AlertState, Channel, Content, Count, Station
from alertd.stations import audit, quotas, stations, throttle
from alertd.stations.elections import check_tick
from alertd.stations.payers import check_may
from alertd.stations.quotas import Quota
from alertd.store import Row, Transaction
from alertd.store.contents import dumps, fingerprint, loads


@dataclass(frozen=True, slots=True)
class Preview:
    """What the sender sees, and releases by its `digest` until `expires_at` (UTC milliseconds).

    `people` have an endpoint on a chosen channel; `unreached` more lie in the target without one. `price` is in euros,
    None where no sender has one; times are seconds from release. `greeting`: see `alertd.issue.costs`.

    Where a silence policy holds, `delayed` of the endpoints wait (`content.silence` says how long) and are spared when the
    person's phone acknowledges: `price_low` is the price if all do, `price` and the times are those if none does.

    `coverage` is that of the moment when it was made, also when it is shown again; None where it cannot be told.
    """

    digest: str
    station_id: int
    alert_id: int | None
    content: Content
    people: int
    endpoints: Mapping[Channel, int]
    delayed: Mapping[Channel, int]
    unreached: int
    price: float | None
    price_low: float | None
    first_s: float | None
    half_s: float | None
    last_s: float | None
    without_gateway: tuple[Channel, ...]
    greeting: bool
    expires_at: int
    quota: Quota | None
    coverage: Coverage | None
    hushed: Hushed
    border: Border


async def preview(
    desk: Desk,
    actor: Actor,
    station: Station,
    content: Content,
    alert_id: int | None = None,
    *,
    neutral: bool = False,
) -> Preview:
    """Check the content, count whom it reaches, and keep what was shown. `neutral`: its author says that it promotes nobody.

    :raises Refused: it cannot be sent as it stands. :raises Conflict: `not_active`. :raises Missing: `alert_unknown`.
    :raises TooOften, Conflict: `quota_exceeded`, after the turn was taken: asking again and again would count people.
    """
    check_station(station)
    await check(desk, station, content)
    await check_may(desk.db, desk.catalogue, station, content)
    await check_groups(desk, station, content)
    await check_thread(desk, station, alert_id)
    ticked = await check_tick(desk.db, station, content, desk.clock.now_ms(), ticked=neutral)
    content = await delayed(desk, station, content)
    (counted, unreached), covered = await asyncio.gather(
        _count(desk, station, content, alert_id), coverage(desk, station, content)
    )
    digest, quota = secrets.token_urlsafe(18), await _quota(desk, station, content)
    counting = await quotas.counting(desk.db, content.level, alert_id, counted.total)
    async with desk.db.transaction() as tx:
        await _take_turn(desk, tx, actor, counted)
        if ticked:
            said = {"topic": content.topic, "preview": digest[:8]}
            await audit.append(
                tx, desk.clock, station.id, actor.name, "election.tick", f"station:{station.id}", said
            )
        if quota is None or counting <= quota.left:
            await _keep(tx, digest, actor, station, content, counted, alert_id, covered)
    if quota is not None:
        quota.check(counting)
    now = desk.clock.now_ms()
    return await _told(desk, station, digest, alert_id, content, counted, unreached, now, quota, covered)


async def _keep(
    tx: Transaction,
    digest: str,
    actor: Actor,
    station: Station,
    content: Content,
    counted: Count,
    alert_id: int | None,
    covered: Coverage | None,
) -> None:
    await tx.execute(
        "previews.add",
        digest,
        station.id,
        alert_id,
        actor.name,
        fingerprint(content),
        dumps(content),
        counted.people,
        json.dumps({channel.word: n for channel, n in counted.endpoints.items()}),
        covered.as_json() if covered else None,
    )


async def _quota(desk: Desk, station: Station, content: Content) -> Quota | None:
    now = desk.clock.now_ms()
    return await quotas.standing(desk.db, station, content.level, desk.settings.quotas, now)


async def _count(desk: Desk, station: Station, content: Content, alert_id: int | None) -> tuple[Count, int]:
    """As `audience.count`. Whoever was reached by a channel hears an update by it at once: they are not counted as delayed."""
    beside = await across.beside(desk, station, content)
    counted, unreached = await audience.count(desk, station.id, content, beside)
    if alert_id is None or not content.silence:
        return counted, unreached
    before = (await audience.count_reached_before(desk.db, alert_id)).endpoints
    delayed = {channel: max(0, n - before.get(channel, 0)) for channel, n in counted.delayed.items()}
    return replace(counted, delayed=delayed), unreached


async def _take_turn(desk: Desk, tx: Transaction, actor: Actor, counted: Count) -> None:
    """Exact numbers are limited by the hour and logged: the differences of many would say who lives where.

    :raises TooOften: `previews_too_many`.
    """
    burst = desk.settings.limits.exact_previews_per_hour
    bucket = throttle.Bucket(f"preview:{actor.station_id}:{actor.name}", burst / 3600, burst)
    if wait := await throttle.take(tx, desk.clock, bucket):
        raise TooOften(
            "previews_too_many",
            f"Trop d'aperçus en une heure. Attendez {round(wait)} secondes, puis recommencez.",
            retry_after_s=wait,
        )
    detail = {"people": counted.people}
    await audit.append(tx, desk.clock, actor.station_id, actor.name, "alert.preview", "zone", detail)


async def shown(desk: Desk, actor: Actor, digest: str) -> Preview:
    """A preview again, counted afresh: what a reloaded page shows.

    :raises Missing: `preview_unknown`. :raises Conflict: `preview_stale`.
    """
    row = await stored(desk, actor, digest)
    content = loads(row["content"])
    station = await stations.by_id(desk.db, row["station_id"])
    counted, unreached = await _count(desk, station, content, row["alert_id"])
    quota, since = await _quota(desk, station, content), row["created_at"]
    covered = Coverage.of(row["coverage"])
    return await _told(
        desk, station, digest, row["alert_id"], content, counted, unreached, since, quota, covered
    )


async def counted_again(desk: Desk, station: Station, content: Content, alert_id: int | None) -> Preview:
    """What a content would do now, without a digest: it is shown to who decides, and releases nothing."""
    counted, unreached = await _count(desk, station, content, alert_id)
    now, quota = desk.clock.now_ms(), await _quota(desk, station, content)
    return await _told(desk, station, "", alert_id, content, counted, unreached, now, quota, None)


async def stored(desk: Desk, actor: Actor, digest: str) -> Row:
    """The preview's row, of the actor's own station and still fresh, or already spent (the same click again).

    :raises Missing: `preview_unknown`. :raises Conflict: `preview_stale`.
    """
    rows = await desk.db.fetch("previews.one", digest)
    if not rows or rows[0]["station_id"] != actor.station_id:
        raise Missing("preview_unknown", "Cet aperçu n'existe pas. Refaites-en un avant d'envoyer.")
    if rows[0]["event_id"] is None and desk.clock.now_ms() >= _expires(desk, rows[0]["created_at"]):
        raise Conflict(
            "preview_stale",
            "Cet aperçu a expiré. Relisez le nombre de personnes, puis envoyez.",
            digest=digest,
        )
    return rows[0]


async def check_groups(desk: Desk, station: Station, content: Content) -> None:
    """:raises Refused: `group_unknown`: one is not this station's."""
    wanted = content.target.groups
    if not wanted:
        return
    found = await desk.db.fetch("audience.groups_of_station", station.id, json.dumps(wanted))
    if len(found) != len(set(wanted)):
        raise Refused(
            "group_unknown",
            "Un des groupes choisis n'existe pas.",
            fields={"target.groups": "Groupe inconnu."},
        )


async def check_thread(desk: Desk, station: Station, alert_id: int | None) -> None:
    """An update needs an alert under way; a first message may come from a draft."""
    if alert_id is None:
        return
    rows = await desk.db.fetch("alerts.one", alert_id)
    if not rows or rows[0]["station_id"] != station.id:
        raise Missing("alert_unknown", "Cette alerte n'existe pas.")
    state = AlertState(rows[0]["state"])
    after(state, Act.ALERT if state is AlertState.DRAFT else Act.UPDATE)


async def _told(
    desk: Desk,
    station: Station,
    digest: str,
    alert_id: int | None,
    content: Content,
    counted: Count,
    unreached: int,
    created_at: int,
    quota: Quota | None,
    covered: Coverage | None,
) -> Preview:
    beside = await across.beside(desk, station, content)
    hush = await hushed(desk, station, content, counted, beside, alert_id)
    cost = await costs(desk, station, content, counted, beside, hush)
    return Preview(
        digest=digest,
        station_id=station.id,
        alert_id=alert_id,
        content=content,
        people=counted.people,
        endpoints=counted.endpoints,
        delayed=counted.delayed,
        unreached=unreached,
        price=cost.price,
        price_low=cost.price_low,
        first_s=cost.when.first_s,
        half_s=cost.when.half_s,
        last_s=cost.when.last_s,
        without_gateway=tuple(channel for channel, sender in cost.senders.items() if sender is None),
        greeting=cost.greeting,
        expires_at=_expires(desk, created_at),
        quota=quota,
        coverage=covered,
        hushed=hush,
        border=await across.border(desk, station, content),
    )


def _expires(desk: Desk, created_at: int) -> int:
    return created_at + desk.settings.limits.preview_minutes * MINUTE
