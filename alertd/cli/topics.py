"""alertd station topic: what a station offers to alert about, and by which name."""

import click

from alertd.catalogue import Catalogue, load
from alertd.catalogue.nouns import FRENCH
from alertd.cli.console import ACTOR, Console, House, command
from alertd.errors import Refused
from alertd.model import Station
from alertd.stations import choosing_topics, stations, topics
from alertd.stations.choosing_topics import Wish


@click.command("topic")
@click.argument("slug")
@click.argument("key", required=False)
@click.option("--show/--hide", "shown", default=None, help="Whether it is offered.")
@click.option("--label", help="Its name in French; empty for the catalogue's.")
@command
async def topic(
    console: Console, *, slug: str, key: str | None, shown: bool | None, label: str | None
) -> None:
    """List what a station offers, or hide, show or rename a topic."""
    async with console.house() as house:
        found, book = await stations.by_slug(house.store, slug), load()
        if key:
            await _choose(house, book, found, key, (shown, label))
        offered = (await topics.of(house.store, book, found)).offered
    told = {name: one.label(FRENCH) for name, one in offered.items()}
    console.say(
        f"{slug}: {', '.join(f'{name} ({words})' for name, words in told.items())}.",
        {"station": slug, "topics": told},
    )


async def _choose(
    house: House, book: Catalogue, station: Station, key: str, wanted: tuple[bool | None, str | None]
) -> None:
    """What is not named stays. :raises Refused: `topic_unknown`, `topics_invalid`."""
    if key not in topics.settable(book, station):
        raise Refused("topic_unknown", f"{station.slug} decides about no topic {key[:40]!r}.")
    shown, label = wanted
    async with house.store.transaction() as tx:
        known = await topics.of(tx, book, station)
        before = (await topics.decisions(tx, station)).get(key, topics.Decision())
        wish = Wish(
            key in known.offered if shown is None else shown, (before.label or "") if label is None else label
        )
        await choosing_topics.choose(tx, house.clock, book, station, ACTOR, {key: wish})
