"""alertd station topic: what a station offers to alert about, and by which name."""

from dataclasses import dataclass

import click

from alertd.catalogue import Catalogue, load
from alertd.catalogue.nouns import FRENCH
from alertd.cli.console import ACTOR, Console, House, command
from alertd.errors import Refused
from alertd.model import Station
from alertd.stations import choosing_topics, own_topics, stations, topics
from alertd.stations.choosing_topics import Wish
from alertd.store.database import Transaction


@dataclass(frozen=True, slots=True)
class _Said:
    """What is to be done about a topic; None: it stays."""

    shown: bool | None
    label: str | None
    like: str | None
    remove: bool


@click.command("topic")
@click.argument("slug")
@click.argument("key", required=False)
@click.option("--show/--hide", "shown", default=None, help="Whether it is offered.")
@click.option("--label", help="Its name in French; empty for the catalogue's.")
@click.option(
    "--like", help="Add a topic of the station's own, named by --label, like this one of the catalogue."
)
@click.option("--remove", is_flag=True, help="Nothing new is said about it: a topic of the station's own.")
@command
async def topic(
    console: Console,
    *,
    slug: str,
    key: str | None,
    shown: bool | None,
    label: str | None,
    like: str | None,
    remove: bool,
) -> None:
    """List what a station offers; hide, show or rename a topic; add one of its own, or remove it."""
    async with console.house() as house:
        found, book = await stations.by_slug(house.store, slug), load()
        if key or like:
            async with house.store.transaction() as tx:
                await _decide(tx, house, book, found, key or "", _Said(shown, label, like, remove))
        offered = (await topics.of(house.store, book, found)).offered
    told = {name: one.label(FRENCH) for name, one in offered.items()}
    console.say(
        f"{slug}: {', '.join(f'{name} ({words})' for name, words in told.items())}.",
        {"station": slug, "topics": told},
    )


async def _decide(
    tx: Transaction, house: House, book: Catalogue, station: Station, key: str, said: _Said
) -> None:
    who = (tx, house.clock, book, station, ACTOR)
    if said.like:
        await own_topics.add(*who, said.label or "", said.like)
    elif said.remove:
        await own_topics.remove(*who, key)
    else:
        await choosing_topics.choose(*who, {key: await _wish(tx, book, station, key, said)})


async def _wish(tx: Transaction, book: Catalogue, station: Station, key: str, said: _Said) -> Wish:
    """What is not named stays. :raises Refused: `topic_unknown`."""
    known = await topics.of(tx, book, station)
    if key not in topics.settable(known, station):
        raise Refused("topic_unknown", f"{station.slug} decides about no topic {key[:40]!r}.")
    before = (await topics.decisions(tx, station)).get(key, topics.Decision())
    shown = key in known.offered if said.shown is None else said.shown
    return Wish(shown, (before.label or "") if said.label is None else said.label)
