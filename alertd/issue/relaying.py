"""What is done about a « demande de relais » (see `alertd.issue.relays`): asked, taken, declined, withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from alertd.clock import HOUR, MINUTE
from alertd.errors import NotAllowed, Refused, TooOften
from alertd.issue import attachments
from alertd.issue.check import check
from alertd.issue.desk import Desk
from alertd.issue.drafting import add_alert
from alertd.issue.guards import check_level, check_station
from alertd.issue.preview import stored
from alertd.issue.relays import (
    BELL,
    Answer,
    Relay,
    answered,
    answers,
    communes,
    group_names,
    may_answer,
    one,
    over,
    unknown,
)
from alertd.model import Actor, Content, Station, Target
from alertd.stations import audit, reach, throttle
from alertd.store import Transaction, ids
from alertd.store.contents import dumps, loads

LEAST: Final = 5
LONGEST: Final = 24 * 60
"""Minutes for which an answer is waited for."""
MOST_WORDS: Final = 500
PER_HOUR: Final = 12


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom to ask (ids of stations), for how many minutes, and a word to their mayors."""

    stations: frozenset[int]
    minutes: int
    words: str = ""


async def ask(desk: Desk, actor: Actor, station: Station, digest: str, wish: Wish) -> int:
    """Ask; the relay's id. Mayors are written to at once, by a loop. The same preview again asks nothing new.

    :raises Missing: `preview_unknown`. :raises Conflict: `preview_stale`. :raises Refused: `relay_nobody`,
    `relay_invalid`. :raises NotAllowed: `level_not_allowed`, `station_suspended`. :raises TooOften: `relays_too_many`.
    """
    content = loads((await stored(desk, actor, digest))["content"])
    check_station(station)
    check_level(actor, content.level)
    await check(desk, station, content)
    ends_at = _until(desk, content, wish)
    asked = await _chosen(desk, station, wish)
    async with desk.db.transaction() as tx:
        relay_id = await _ask(desk, tx, actor, station, digest, (content, wish.words.strip(), ends_at), asked)
    desk.db.ring(BELL)
    return relay_id


async def take(desk: Desk, actor: Actor, station: Station, relay_id: int) -> tuple[int, Content]:
    """The station's own draft of what is asked, made now or before: the alert's id, and what it says.

    :raises Missing: `relay_unknown`. :raises Conflict: `relay_over`, `relay_sent`.
    :raises NotAllowed: `relay_not_allowed`, `level_not_allowed`, `station_suspended`.
    """
    relay, mine = await _mine(desk, actor, station, relay_id)
    check_level(actor, relay.content.level)
    check_station(station)
    content = await _own(desk, station, relay)
    if mine.alert_id is not None and mine.state == "taken":
        return mine.alert_id, await _draft(desk, mine.alert_id, content)
    async with desk.db.transaction() as tx:
        alert_id = mine.alert_id or await add_alert(tx, station, content)
        if not await tx.execute(
            "relays.take", relay.id, station.id, alert_id, actor.name, desk.clock.now_ms()
        ):
            raise answered()
        if mine.alert_id is None:
            await attachments.copy(tx, desk.clock, actor, relay.station_id, content)
            await tx.execute("alerts.save_draft", alert_id, dumps(content), actor.name)
            await attachments.keep(tx, station.id, alert_id, content)
        await _note(desk, tx, station.id, actor, "relay.take", relay.id, {"alert": alert_id})
    return alert_id, await _draft(desk, alert_id, content)


async def decline(desk: Desk, actor: Actor, station: Station, relay_id: int, reason: str) -> None:
    """Not here, and why: the asker reads it.

    :raises Refused: `reason_missing`. Raises as `take`.
    """
    said = _words(reason)
    if not said:
        raise Refused("reason_missing", "Dites pourquoi : qui demande le lira.")
    relay, _ = await _mine(desk, actor, station, relay_id)
    async with desk.db.transaction() as tx:
        what = (relay.id, station.id, said, actor.name, desk.clock.now_ms())
        if not await tx.execute("relays.decline", *what):
            raise answered()
        await _note(desk, tx, station.id, actor, "relay.decline", relay.id, {"reason": said})


async def withdraw(desk: Desk, actor: Actor, station: Station, relay_id: int) -> None:
    """Ask nobody any more. :raises Missing: `relay_unknown`. :raises Conflict: `relay_over`."""
    relay = await one(desk.db, station.id, relay_id)
    if relay.station_id != station.id:
        raise unknown()
    check_level(actor, relay.content.level)
    async with desk.db.transaction() as tx:
        if not await tx.execute("relays.withdraw", relay.id, station.id, desk.clock.now_ms()):
            raise over()
        await _note(desk, tx, station.id, actor, "relay.withdraw", relay.id, {})


async def _ask(
    desk: Desk,
    tx: Transaction,
    actor: Actor,
    station: Station,
    digest: str,
    what: tuple[Content, str, int],
    asked: Sequence[Station],
) -> int:
    content, said, ends_at = what
    relay_id, now = await ids.take(tx, "relay"), desk.clock.now_ms()
    terms = (relay_id, station.id, digest, actor.name, dumps(content), said, now, ends_at)
    if not await tx.execute("relays.ask", *terms):
        return int((await tx.fetch("relays.of_digest", digest))[0]["id"])
    bucket = throttle.Bucket(f"relay:{station.id}", PER_HOUR * 1000 / HOUR, PER_HOUR)
    if wait := await throttle.take(tx, desk.clock, bucket):
        sentence = "Trop de demandes de relais en une heure : attendez, ou appelez les mairies."
        raise TooOften("relays_too_many", sentence, retry_after_s=wait)
    await attachments.hold(tx, desk.clock, station.id, content)
    await tx.execute_many("relays.address", [(relay_id, commune.id) for commune in asked])
    detail = {"level": content.level.word, "stations": len(asked)}
    await _note(desk, tx, station.id, actor, "relay.ask", relay_id, detail)
    return relay_id


async def _chosen(desk: Desk, station: Station, wish: Wish) -> list[Station]:
    found = [one for one in await communes(desk.db, station) if one.id in wish.stations]
    if not found or len(found) != len(wish.stations):
        raise Refused("relay_nobody", "Choisissez au moins une commune parmi les vôtres.")
    return found


def _until(desk: Desk, content: Content, wish: Wish) -> int:
    if not LEAST <= wish.minutes <= LONGEST:
        raise Refused(
            "relay_invalid", "Dites combien de temps les mairies ont pour répondre : 5 minutes à 24 heures."
        )
    _words(wish.words)
    return min(content.expires, desk.clock.now_ms() + wish.minutes * MINUTE)


def _words(said: str) -> str:
    said = said.strip()
    if len(said) > MOST_WORDS or "\0" in said:
        raise Refused("relay_invalid", f"{MOST_WORDS} caractères au plus, sans signe invisible.")
    return said


async def _mine(desk: Desk, actor: Actor, station: Station, relay_id: int) -> tuple[Relay, Answer]:
    """What this station is asked, while it may still answer."""
    relay = await one(desk.db, station.id, relay_id)
    found = await answers(desk.db, relay, station.id)
    if not found:
        raise unknown()
    if not may_answer(actor, relay.content.level):
        raise NotAllowed(
            "relay_not_allowed",
            "La réponse à une demande de relais revient au maire, à un adjoint, ou à une clé de ce niveau.",
        )
    if found[0].state in {"relayed", "adapted", "waiting"}:
        raise answered()
    if relay.over(desk.clock.now_ms()):
        raise over()
    return relay, found[0]


async def _own(desk: Desk, station: Station, relay: Relay) -> Content:
    """As this station would begin it: what was to begin, or to be delivered by, an hour that is past is so no more; and a zone
    larger than it may draw, a whole département's storm, is for all its followers. A group of the asker's is the station's own of that name; without one it says itself to whom.
    """
    content, now = relay.content, desk.clock.now_ms()
    onset, deliver_by = (
        None if moment is None or moment <= now else moment for moment in (content.onset, content.deliver_by)
    )
    zone, bounds = content.target.zone, desk.settings.zones.of(station.kind)
    large = zone is not None and reach.too_large(bounds, station, zone)
    target = Target(station=True) if large else content.target
    if target.groups:
        target = Target(groups=await _namesakes(desk, station, relay))
    return replace(content, target=target, onset=onset, deliver_by=deliver_by, silence={})


async def _namesakes(desk: Desk, station: Station, relay: Relay) -> tuple[int, ...]:
    names = {name.casefold() for name in await group_names(desk.db, relay)}
    rows = await desk.db.fetch("groups.list_of_station", station.id)
    return tuple(sorted(row["id"] for row in rows if row["name"].casefold() in names))


async def _draft(desk: Desk, alert_id: int, otherwise: Content) -> Content:
    """The draft as it stands: somebody of the mairie may have begun to change it."""
    rows = await desk.db.fetch("alerts.draft", alert_id)
    return loads(rows[0]["content"]) if rows else otherwise


async def _note(
    desk: Desk,
    tx: Transaction,
    station_id: int,
    actor: Actor,
    action: str,
    relay_id: int,
    detail: Mapping[str, object],
) -> None:
    await audit.append(tx, desk.clock, station_id, actor.name, action, f"relay:{relay_id}", detail)
