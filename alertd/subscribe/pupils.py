"""Children of a school or a club: each in a class, on a bus line perhaps, with two parents at most to whom its messages go.

Names and numbers to call back are sealed, and the station's alone: they are shown in its own lists, to those who may send, and
nowhere else. Who is in a class's group is derived from them, in the transaction that changes them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from alertd.clock import Clock
from alertd.errors import Conflict, Missing, Refused
from alertd.keys import Keyring
from alertd.model import Channel, Station
from alertd.stations import audit
from alertd.store.database import Database, Row, Transaction
from alertd.store.ids import take
from alertd.subscribe import class_list, groups, topics
from alertd.subscribe.addresses import email_address, phone_address
from alertd.subscribe.class_list import Line, Said
from alertd.subscribe.enrol import enrol_many
from alertd.subscribe.lines import WHY
from alertd.subscribe.nouns import Enrolled, Enrolment, Ready
from alertd.subscribe.prepare import Setting, prepare

KINDS: Final = frozenset({"school", "association"})
"""Stations that have children on a list."""
MOST: Final = 5_000
MOST_CONSENT: Final = 120
APART: Final = 10
"""Between the ordinals of a parent and of those who are the same parent by other addresses."""


@dataclass(frozen=True, slots=True)
class Parent:
    """`subscriber_id` is None for one who gets no messages."""

    subscriber_id: int | None
    name: str
    callback: str


@dataclass(frozen=True, slots=True)
class Pupil:
    """A child, as its school knows it; `people` are all subscribers whom its messages go to: a parent whom another station
    has by one address is somebody apart by the others.
    """

    id: int
    name: str
    class_id: int
    bus_id: int | None
    parents: tuple[Parent, ...]
    people: frozenset[int]


@dataclass(frozen=True, slots=True)
class Consent:
    """Where the parents agreed, and when (UTC milliseconds): who stopped since is not written to again."""

    source: str
    at: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a list: children that are new, those that were there, and parents who will get no message."""

    added: int
    changed: int
    silent: int


async def of_station(
    store: Database | Transaction, keyring: Keyring, station: Station, group_id: int = 0
) -> tuple[Pupil, ...]:
    """All of them, or those of a class or a bus line, by name."""
    related: dict[int, list[Row]] = {}
    for row in await store.fetch("pupils.parents", station.id, group_id):
        related.setdefault(row["pupil_id"], []).append(row)
    rows = await store.fetch("pupils.of_station", station.id, group_id)
    found = (_pupil(keyring, row, related.get(row["id"], [])) for row in rows)
    return tuple(sorted(found, key=lambda one: one.name.casefold()))


async def of_person(store: Database | Transaction, keyring: Keyring, person: int) -> list[dict[str, str]]:
    """What is kept of somebody as a parent: station, child, own name and number to call back."""
    found = []
    for row in await store.fetch("pupils.of_person", person):
        told = {"station": row["station"], "child": name_of(keyring, row), "name": "", "call_back": ""}
        if row["parent"] is not None:
            parts = {"pupil_id": row["id"], "ordinal": row["ordinal"], "key_id": row["parent_key"]}
            said = _parent(
                keyring, parts | {"subscriber_id": person, "name": row["parent"], "callback": row["callback"]}
            )
            told |= {"name": said.name, "call_back": said.callback}
        found.append(told)
    return found


async def keep(
    tx: Transaction,
    clock: Clock,
    keyring: Keyring,
    station: Station,
    who: str,
    lines: Sequence[Line],
    consent: Consent,
    *,
    fiction: bool,
    wrong: Mapping[int, str] = MappingProxyType({}),
) -> Kept:
    """Keep a list: who is in that class already is changed, all others are added; classes and lines are made. All or nothing. `wrong` is
    what its lines were found to lack already: it is told with what their addresses are.

    :raises Refused: `list_invalid`, `consent_missing`. :raises Conflict: `import_danger_under_way`, `pupils_too_many`.
    """
    if not 0 < len(consent.source) <= MOST_CONSENT or not consent.source.isprintable():
        raise Refused(
            "consent_missing",
            "Dites où les parents ont donné leur accord : fiche de rentrée 2026, par exemple.",
        )
    await refuse_during_danger(tx)
    setting = Setting.of(station, await topics.load(tx, station.id), clock.now_ms(), fiction=fiction)
    readies = _readies(lines, consent, setting, wrong)
    enrolled = await enrol_many(
        tx, clock, keyring, station, [one for one in readies.values() if one is not None]
    )
    ids = iter([_people(one) for one in enrolled])
    subscribers = {key: next(ids) if one is not None else () for key, one in readies.items()}
    kept = await _write(tx, clock, keyring, station, lines, subscribers, setting)
    await derive(tx, station)
    detail = {"added": kept.added, "changed": kept.changed, "parents": len(readies)}
    await audit.append(tx, clock, station.id, who, "pupils.keep", f"station:{station.id}", detail)
    return kept


async def drop(tx: Transaction, clock: Clock, station: Station, who: str, pupil_id: int) -> None:
    """One child goes; its parents stay subscribed. :raises Missing: `pupil_unknown`."""
    listed = json.dumps([pupil_id])
    if pupil_id not in {row["id"] for row in await tx.fetch("pupils.of_station", station.id, 0)}:
        raise Missing("pupil_unknown", "Cet enfant n'est pas sur votre liste.")
    await tx.execute("pupils.drop_parents", listed)
    await tx.execute("pupils.drop", listed, station.id)
    await derive(tx, station)
    await audit.append(tx, clock, station.id, who, "pupils.drop", f"pupil:{pupil_id}")


async def derive(tx: Transaction, station: Station) -> None:
    """Who is in the groups of classes and lines follows from who has a child there."""
    await tx.execute("pupils.cut_members", station.id)
    await tx.execute("pupils.put_members", station.id)


async def refuse_during_danger(tx: Transaction) -> None:
    """:raises Conflict: `import_danger_under_way`: one long transaction would hold it up."""
    if await tx.fetch("imports.find_danger"):
        raise Conflict("import_danger_under_way", "Une urgence est en train de partir : recommencez ensuite.")


def name_of(keyring: Keyring, row: Row) -> str:
    """A child's name, from a row that has its `id`, `name` and `key_id`."""
    return keyring.open(bytes(row["name"]), row["key_id"], sealed_for(row["id"])).decode()


def _readies(
    lines: Sequence[Line], consent: Consent, setting: Setting, lacking: Mapping[int, str]
) -> dict[tuple[int, int], Ready | None]:
    """Each parent by line and place; None for one who gave no way to be written to."""
    found, wrong = dict[tuple[int, int], Ready | None](), dict(lacking)
    for line in lines:
        for place, said in enumerate(line.parents):
            try:
                found[line.number, place] = _ready(said, consent, setting)
            except Refused as error:
                why = WHY[error.code][1] if error.code in WHY else error.french
                wrong[line.number] = "\N{NO-BREAK SPACE}; ".join(filter(None, (wrong.get(line.number), why)))
    if wrong:
        raise class_list.refused(wrong)
    return found


def _ready(said: Said, consent: Consent, setting: Setting) -> Ready | None:
    endpoints = tuple(_endpoints(said, setting))
    if not endpoints:
        return None
    station = setting.station
    return prepare(Enrolment(endpoints, consent.source, consent.at, locale=station.locale), setting)


def _endpoints(said: Said, setting: Setting) -> Iterator[tuple[Channel, str]]:
    if said.phone:
        yield phone_address(said.phone, setting.station.region, fiction=setting.fiction)
    if said.email:
        yield Channel.EMAIL, email_address(said.email)


async def _write(
    tx: Transaction,
    clock: Clock,
    keyring: Keyring,
    station: Station,
    lines: Sequence[Line],
    subscribers: Mapping[tuple[int, int], tuple[int, ...]],
    setting: Setting,
) -> Kept:
    lists = await _lists(tx, station, lines)
    there = {(one.name.casefold(), one.class_id): one for one in await of_station(tx, keyring, station)}
    if len(there) + len(lines) > MOST:
        raise Conflict("pupils_too_many", f"Au plus {MOST} enfants.")
    added = silent = 0
    for line in lines:
        class_id, bus_id = lists[line.class_.casefold()], lists.get(line.bus.casefold())
        known = there.get((line.child.casefold(), class_id))
        pupil_id = known.id if known else await take(tx, "pupil")
        if known:
            await tx.execute("pupils.drop_parents", json.dumps([pupil_id]))
            await tx.execute("pupils.seat", pupil_id, bus_id)
        else:
            name, key_id = keyring.seal(line.child, sealed_for(pupil_id))
            await tx.execute(
                "pupils.add", pupil_id, station.id, name, key_id, class_id, bus_id, clock.now_ms()
            )
            added += 1
        for place, said in enumerate(line.parents):
            people = subscribers[line.number, place]
            silent += not people
            await _add_parent(tx, keyring, pupil_id, place, people, said, setting)
    return Kept(added, len(lines) - added, silent)


async def _add_parent(
    tx: Transaction,
    keyring: Keyring,
    pupil_id: int,
    place: int,
    people: tuple[int, ...],
    said: Said,
    setting: Setting,
) -> None:
    """The parent as written; whoever else has one of its addresses follows without a name."""
    fiction, region = setting.fiction, setting.station.region
    number = phone_address(said.phone, region, fiction=fiction)[1] if said.phone else ""
    name, key_id = keyring.seal(said.name, sealed_for(pupil_id, place, "name"))
    callback, _ = keyring.seal(number, sealed_for(pupil_id, place, "callback"))
    first = people[0] if people else None
    await tx.execute("pupils.add_parent", pupil_id, place, first, name, callback, key_id)
    for more, person in enumerate(people[1:], 1):
        await tx.execute("pupils.add_parent", pupil_id, place + APART * more, person, None, None, key_id)


async def _lists(tx: Transaction, station: Station, lines: Sequence[Line]) -> dict[str, int]:
    """Classes and lines by name; those that are not there yet are made."""
    found = {one.name.casefold(): one.id for one in await groups.of_station(tx, station.id)}
    wanted = [(line.class_, "class") for line in lines] + [(line.bus, "bus") for line in lines if line.bus]
    for name, kind in wanted:
        if name.casefold() not in found:
            found[name.casefold()] = await groups.add(tx, station.id, name, kind)
    return found


def _people(one: Enrolled) -> tuple[int, ...]:
    return () if one.subscriber_id is None else (one.subscriber_id, *one.others)


def _pupil(keyring: Keyring, row: Row, related: Sequence[Row]) -> Pupil:
    parents = tuple(_parent(keyring, one) for one in related if one["name"] is not None)
    people = frozenset(one["subscriber_id"] for one in related) - {None}
    return Pupil(row["id"], name_of(keyring, row), row["class_id"], row["bus_id"], parents, people)


def _parent(keyring: Keyring, row: Row | Mapping[str, Any]) -> Parent:
    name, callback = (
        keyring.open(
            bytes(row[part]), row["key_id"], sealed_for(row["pupil_id"], row["ordinal"], part)
        ).decode()
        for part in ("name", "callback")
    )
    return Parent(row["subscriber_id"], name, callback)


def sealed_for(pupil_id: int, *rest: object) -> bytes:
    """To which child, or which parent's name or number, a sealed text belongs."""
    return ":".join(("pupil", str(pupil_id), *map(str, rest))).encode()
