"""alertd subscribers import | export"""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from alertd import catalogue
from alertd.cli.console import ACTOR, Console, command
from alertd.errors import TooLarge
from alertd.stations import stations
from alertd.subscribe.exporter import export
from alertd.subscribe.importer import Importer, Report
from alertd.subscribe.table import MOST_BYTES
from alertd.subscribe.topics import register_topics

STAGES: Final = {"read": "Lecture", "stage": "Préparation", "flip": "Inscription"}
WIDTH: Final = 30


@click.group()
def subscribers() -> None:
    """A station's people."""


@subscribers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--station", "slug", required=True, help="Slug of the station.")
@command
async def import_(console: Console, *, file: Path, slug: str) -> None:
    """Import people from a CSV file, all at once or not at all; lines that cannot be are listed.

    Its first line names the columns: ref, locale, phone, email, lat, lon, kind, topics, min_level, valid_until,
    consent_source, consent_at, in any order. The consent's source and date are demanded.
    """
    raw = _read(file)
    async with console.house() as house:
        async with house.store.transaction() as tx:
            await register_topics(tx, catalogue.load())
        station = await stations.by_slug(house.store, slug)
        fiction = house.settings.subscribers.fiction_numbers
        importer = Importer(house.store, house.clock, house.keyring, station, actor=ACTOR, fiction=fiction)
        report = await importer.run(raw, Bar(console).show)
    console.say(_summary(report), asdict(report))


@subscribers.command("export")
@click.option("--station", "slug", required=True, help="Slug of the station.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="By default, standard output."
)
@command
async def export_(console: Console, *, slug: str, output: Path | None) -> None:
    """Export people with their addresses, as CSV that can be imported again; the audit remembers it."""
    rows = 0
    async with console.house() as house:
        station = await stations.by_slug(house.store, slug)
        pieces = export(house.store, house.clock, house.keyring, station, actor=ACTOR)
        with click.open_file(str(output or "-"), "w", encoding="utf-8") as file:
            async for piece in pieces:
                file.write(piece)
                rows += piece.count("\r\n")
    if output:
        console.say(f"{rows - 1} rows in {output}.", {"rows": rows - 1, "file": str(output)})


class Bar:
    """A progress bar on standard error; silent where that is no terminal, or programs read."""

    def __init__(self, console: Console) -> None:
        self._shown = sys.stderr.isatty() and not console.as_json

    def show(self, stage: str, done: int, total: int) -> None:
        """One more slice of a stage is done."""
        if not self._shown:
            return
        filled = WIDTH * done // total if total else 0
        of = f" / {total}" if total else ""
        click.echo(f"\r{STAGES[stage]:<12} [{'#' * filled:<{WIDTH}}] {done}{of}", err=True, nl=done == total)


def _read(file: Path) -> bytes:
    if file.stat().st_size > MOST_BYTES:
        raise TooLarge("import_too_large", "A list has at most 50 MB: cut it into several.")
    return file.read_bytes()


def _summary(report: Report) -> str:
    lines = [
        f"Ligne {one.line}{f', {one.column}' if one.column else ''} : {one.why}." for one in report.refused
    ]
    if report.refusals > len(report.refused):
        lines.append(f"... et {report.refusals - len(report.refused)} autres lignes refusées.")
    lines.append(
        f"{report.rows} lignes lues, {report.people} personnes inscrites ({report.created} nouvelles, "
        f"{report.merged} déjà connues par une adresse, {report.unchanged} sans changement), "
        f"{report.refusals} lignes refusées."
    )
    return "\n".join(lines)
