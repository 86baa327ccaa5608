"""The demonstration: a village of invented people, delivered to the sandbox, seen at once."""

import json
import random
import secrets
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

import zones
from alertd import catalogue
from alertd.cli.console import Console, command
from alertd.cli.serve import run, start
from alertd.clock import DAY, FOREVER, Clock
from alertd.daemon import Daemon
from alertd.model import Channel, Level, Mode, Role, Scope, Station
from alertd.settings import Settings
from alertd.stations import api_keys, drawings, operators, stations
from alertd.stations.passwords import Passwords
from alertd.stations.stations import NewStation
from alertd.stations.streets import keep
from alertd.stations.streets.arrange import arrange
from alertd.stations.streets.nouns import Row
from alertd.store import Transaction
from alertd.subscribe import contacts, groups
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment

LOGIN: Final = "mairie"
COLLEAGUE: Final = "adjoint"
"""Of the same password: whoever opens a second browser may stop what the first one sends."""
_COLLEAGUE_PHONE: Final = "+33639989999"
_OPERATORS: Final = ((LOGIN, "Mairie", Role.MAYOR), (COLLEAGUE, "Adjoint", Role.DEPUTY))
NOTE: Final = "demo.json"
"""Beside the database: how to log in, so that a second start can say it again. Readable by its owner alone."""


@click.command()
@command
def demo(console: Console) -> None:
    """Start a village of invented people on this machine; the terminal says where to look."""
    settings = console.settings
    start(run(settings, lambda daemon: _welcome(settings, daemon)))


async def _welcome(settings: Settings, daemon: Daemon) -> None:
    desk = daemon.desk
    note = settings.keys.secret_file.parent / NOTE
    if not await desk.db.fetch("stations.find_by_slug", _plan()["station"]["slug"]):
        await _settle(daemon, note)
    click.echo(_told(daemon.url, _read(note)))


def _told(url: str, known: Mapping[str, str]) -> str:
    return f"""
  alertd - démonstration : Bras-sur-Meuse, des abonnés inventés, rien ne sort de cette machine.

    Envoyer une alerte      {url}/
      identifiant           {known.get("login", LOGIN)}
      mot de passe          {known.get("password", "(celui de la première fois)")}
    Arrêter, d'un autre     {url}/ (un autre navigateur, identifiant « {COLLEAGUE} », même mot de passe)
    Voir arriver            {url}/sandbox
    API                     {url}/api/v1/openapi.json
      ALERTD_KEY            {known.get("key", "(celle de la première fois)")}

  Notifications, empreinte digitale et « ma position » demanderont une adresse en https:// (ou cette machine même).
  Ctrl-C pour arrêter ; les données restent dans var/.
"""


def _plan() -> dict[str, Any]:
    return tomllib.loads((catalogue.config_folder() / "demo.toml").read_text())


async def _settle(daemon: Daemon, note: Path) -> None:
    """The village, in one transaction: there whole, or not at all."""
    desk, plan = daemon.desk, _plan()
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    hashed = await operators.hash_password(Passwords(), LOGIN, password)
    async with desk.db.transaction() as tx:
        station = await stations.add(tx, desk.clock, _station(plan["station"]))
        await _drawings(tx, station, plan)
        await _people(daemon, tx, station, plan)
        for login, name, role in _OPERATORS:
            operator = await operators.add(tx, desk.clock, login=login, name=name, password_hash=hashed)
            await operators.set_role(tx, operator.id, station.id, role)
        told = (desk.keyring, LOGIN, COLLEAGUE, Channel.SMS, _COLLEAGUE_PHONE, Mode.TRAINING)
        await contacts.give(tx, desk.clock, *told)
        _, key = await api_keys.create(
            tx, desk.clock, station, "démonstration", Scope.DANGER, subscribers=True
        )
        _write(note, {"login": LOGIN, "password": password, "key": key})


def _write(note: Path, known: Mapping[str, str]) -> None:
    note.touch(mode=0o600)
    note.write_text(json.dumps(known))


def _read(note: Path) -> dict[str, str]:
    known: dict[str, str] = json.loads(note.read_text()) if note.exists() else {}
    return known


def _station(plan: Mapping[str, Any]) -> NewStation:
    ring = [list(vertex) for vertex in plan["outline"]]
    return NewStation(
        slug=plan["slug"],
        name=plan["name"],
        latitude=plan["latitude"],
        longitude=plan["longitude"],
        mode=Mode.TRAINING,
        outline={"type": "Polygon", "coordinates": [ring]},
        insee=plan["insee"],
        phone=plan["phone"],
    )


async def _drawings(tx: Transaction, station: Station, plan: Mapping[str, Any]) -> None:
    for street in plan["streets"]:
        (lat1, lon1), (lat2, lon2) = street["from"], street["to"]
        await drawings.add_hamlet(tx, station, street["name"], (lat1 + lat2) / 2, (lon1 + lon2) / 2)
    await keep.put(tx, station.id, arrange(_doors(plan["streets"])))
    for zone in plan["zones"]:
        lat, lon = zone["centre"]
        circle = {"type": "Circle", "center": [lon, lat], "radius_m": zone["radius_m"]}
        await drawings.add_zone(tx, station, zone["name"], circle)


def _doors(streets: list[dict[str, Any]]) -> Iterator[Row]:
    """Invented doors: fifty to a kilometre, odd on one side and even on the other, as far from the street as people live."""
    for street in streets:
        (lat1, lon1), (lat2, lon2) = street["from"], street["to"]
        many = round(zones.distance_m(lat1, lon1, lat2, lon2) / 20)
        for number in range(1, many + 1):
            along, aside = number / (many + 1), 0.0002 if number % 2 else -0.0002
            lat, lon = lat1 + (lat2 - lat1) * along + aside, lon1 + (lon2 - lon1) * along - aside
            yield Row(number, street["name"], "", "", str(number), lat, lon)


async def _people(daemon: Daemon, tx: Transaction, station: Station, plan: Mapping[str, Any]) -> None:
    desk, parents = daemon.desk, []
    for number, enrolment in enumerate(_enrolments(plan, desk.clock)):
        enrolled = await enrol(tx, desk.clock, desk.keyring, station, enrolment)
        if number % 15 == 0 and enrolled.subscriber_id is not None:
            parents.append(enrolled.subscriber_id)
    await groups.put(tx, await groups.add(tx, station.id, "Parents d'élèves"), parents)


def _enrolments(plan: Mapping[str, Any], clock: Clock) -> Iterator[Enrolment]:
    """The same people each time: drawn with a seed."""
    people, draw, now = plan["people"], random.Random(plan["people"]["seed"]), clock.now_ms()  # noqa: S311
    for number in range(people["count"]):
        tourist = number >= people["count"] - people["tourists"]
        yield Enrolment(
            endpoints=tuple(_endpoints(draw, number)),
            consent_source="démonstration",
            consent_at=now,
            locale=draw.choices(list(people["locales"]), list(people["locales"].values()))[0],
            places=()
            if number % 40 == 39
            else (_home(draw, plan["streets"], "stay" if tourist else "home"),),
            min_level=Level.INFO if draw.random() < 0.9 else Level.WARNING,
            valid_until=now + 14 * DAY if tourist else FOREVER,
            exercises=draw.random() < 0.5,
            ref=f"demo-{number + 1:03}",
        )


def _endpoints(draw: random.Random, number: int) -> Iterator[tuple[Channel, str]]:
    """Most have a mobile, half notifications, a third e-mail, some of the old a telephone alone; and a few panels."""
    if number % 150 == 50:
        yield Channel.DISPLAY, f"panneau-{number // 150 + 1}"
        return
    if number % 12 == 11:
        yield Channel.VOICE, f"+33199{number:06}"
        return
    yield Channel.SMS, f"+3363998{number:04}"
    if draw.random() < 0.5:
        yield Channel.PUSH, f"https://push.example/{number:04}"
    if draw.random() < 0.35:
        yield Channel.EMAIL, f"habitant{number:04}@bras.example"


def _home(draw: random.Random, streets: list[dict[str, Any]], kind: str) -> At:
    street = draw.choices(streets, [each["share"] for each in streets])[0]
    (lat1, lon1), (lat2, lon2), along = street["from"], street["to"], draw.random()
    aside = draw.choice((-1, 1)) * draw.uniform(0.0001, 0.0003)
    return At(lat1 + (lat2 - lat1) * along + aside, lon1 + (lon2 - lon1) * along - aside, kind)
