"""Organisations under a commune: a school, an association, a hotel, a service. They inform their own followers; a danger is
the commune's to send, except in the words of a ready text that it granted them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from alertd.catalogue import Catalogue
from alertd.catalogue.nouns import Template
from alertd.catalogue.ready import says
from alertd.clock import DAY
from alertd.errors import Missing, NotAllowed, Refused
from alertd.model import Content, Level, Station, Text
from alertd.stations import stations, templates
from alertd.stations.templates import View
from alertd.store.database import Database, Transaction

KINDS: Final = frozenset({"school", "association", "hotel", "service"})
FRENCH: Final = "fr"
PLACE: Final = "{lieu}"
LATELY: Final = 30 * DAY


@dataclass(frozen=True, slots=True)
class Child:
    """An organisation as its commune sees it: figures, never an address. `info_per_day` None: as its kind has."""

    id: int
    slug: str
    name: str
    kind: str
    suspended: bool
    info_per_day: int | None
    followers: int
    alerts: int


def is_organisation(station: Station) -> bool:
    """Whether a danger is not this station's to send."""
    return station.kind in KINDS


async def granted(store: Database | Transaction, station: Station) -> frozenset[str] | None:
    """The ready texts with which the station may send a danger; None where nothing limits it."""
    if not is_organisation(station):
        return None
    rows = await store.fetch("organisations.grants", station.id)
    return frozenset(row["template"] for row in rows)


async def check_danger(
    store: Database | Transaction, catalogue: Catalogue, station: Station, content: Content
) -> None:
    """:raises NotAllowed: `danger_not_granted`: an organisation's danger in other words than those it was granted."""
    grants = await granted(store, station) if content.level is Level.DANGER else None
    if grants is None:
        return
    worded = await templates.of_parent(store, catalogue, station)
    texts = [worded[key].template for key in sorted(grants) if key in worded]
    if not any(_says(text, content) for text in texts):
        raise NotAllowed("danger_not_granted", _refusal(texts))


def check_closing(station: Station, content: Content, *, own_words: bool) -> None:
    """:raises NotAllowed: `danger_not_granted`: a danger's end, too, is said in the usual words."""
    if own_words and content.level is Level.DANGER and is_organisation(station):
        raise NotAllowed(
            "danger_not_granted",
            "La fin d'une urgence se dit ici dans les mots habituels : n'écrivez pas de texte.",
        )


async def grant(tx: Transaction, catalogue: Catalogue, station: Station, template: str, who: str) -> None:
    """Let an organisation send this danger. :raises Refused: `template_unknown`, `grant_pointless`."""
    if template not in {text.key for text in dangers(await templates.of_parent(tx, catalogue, station))}:
        raise Refused("template_unknown", f"Il n'y a pas de texte d'urgence « {template[:40]} ».")
    if not is_organisation(station):
        raise Refused("grant_pointless", "Cette station envoie déjà ses propres urgences.")
    await tx.execute("organisations.grant", station.id, template, who)


async def withdraw(tx: Transaction, station: Station, template: str) -> None:
    """From now on the organisation may not send it any more."""
    await tx.execute("organisations.withdraw", station.id, template)


def placed(text: Template, station: Station) -> Template:
    """An organisation's ready text, where it happens said: there. As it is where the name is longer than a blank takes."""
    if not is_organisation(station) or not says(PLACE, station.name):
        return text
    parts = ("headline", "body", "instruction")
    return replace(text, **{part: getattr(text, part).replace(PLACE, station.name) for part in parts})


def dangers(worded: View) -> list[Template]:
    """The ready texts of danger, which can be granted, of those that a commune has."""
    return [one.template for one in worded.values() if one.template.level == Level.DANGER.word]


async def children(store: Database | Transaction, station_id: int, now: int) -> tuple[Child, ...]:
    """The organisations directly under a station, by name."""
    rows = await store.fetch("organisations.children", station_id, now - LATELY)
    return tuple(
        Child(
            id=row["id"],
            slug=row["slug"],
            name=row["name"],
            kind=row["kind"],
            suspended=row["suspended_at"] is not None,
            info_per_day=row["info_per_day"],
            followers=row["followers"],
            alerts=row["alerts"],
        )
        for row in rows
    )


async def child(store: Database | Transaction, parent: Station, station_id: int) -> Station:
    """:raises Missing: `station_unknown`: there is none, or it is not directly under this one."""
    sentence = "Cette organisation n'existe pas, ou dépend d'une autre commune."
    try:
        found = await stations.by_id(store, station_id)
    except Missing as error:
        raise Missing("station_unknown", sentence) from error
    if found.parent_id != parent.id:
        raise Missing("station_unknown", sentence)
    return found


def _says(ready: Template, content: Content) -> bool:
    """Word for word, in French alone, and with nothing beside it that could say more."""
    bare = content.url is None and not content.attachments and set(content.texts) == {FRENCH}
    return bare and content.topic == ready.topic and all(_parts(ready, content.texts[FRENCH]))


def _parts(ready: Template, text: Text) -> Iterator[bool]:
    for part in ("headline", "body", "instruction"):
        yield says(getattr(ready, part), getattr(text, part))


def _refusal(texts: list[Template]) -> str:
    ask = "Utilisez « Demander à la mairie » : elle peut prévenir tout le monde."
    if not texts:
        return f"Une urgence ne part pas d'ici. {ask}"
    names = ", ".join(f"« {text.label} »" for text in texts)
    return f"La mairie vous a confié ces urgences, mot pour mot et sans rien y joindre : {names}. Pour toute autre : {ask[0].lower()}{ask[1:]}"
