"""alertd privacy PAPER"""

import click

from alertd.cli.console import Console, command
from alertd.deliver.owners import owners
from alertd.privacy import facts, papers
from alertd.privacy.papers import Paper
from alertd.stations import stations


@click.command()
@click.argument("paper", type=click.Choice([paper.value for paper in Paper]))
@click.option("--station", "slug", required=True, help="Slug of the station that answers for the data.")
@click.option("--html", "as_html", is_flag=True, help="A page to be printed, instead of Markdown.")
@command
async def privacy(console: Console, *, paper: str, slug: str, as_html: bool) -> None:
    """Write a paper that the law asks for, in French, from the configuration and the store: the register's entry (registre), the impact
    assessment (aipd), what residents and operators are told, the annex of a host's contract (sous-traitance).
    """
    async with console.house() as house:
        station = await stations.by_slug(house.store, slug)
        scale = await facts.scale(house.store, station)
        whose = await owners(house.store, house.settings.owning, station.id)
    known = facts.of(house.settings, station, house.clock.now_ms(), scale, whose)
    text = papers.html(Paper(paper), known) if as_html else papers.markdown(Paper(paper), known)
    console.say(text, {"paper": paper, "station": slug, "text": text})
