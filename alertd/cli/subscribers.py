"""alertd subscribers import | export"""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

import click

from alertd import catalogue
from alertd.cli.bar import Bar
from alertd.cli.console import ACTOR, Console, command, private
from alertd.errors import TooLarge
from alertd.stations import stations
from alertd.subscribe.exporter import export
from alertd.subscribe.importer import Importer, Refusal, Report
from alertd.subscribe.table import MOST_BYTES
from alertd.subscribe.topics import register_topics

STAGES: Final = {"read": "Lecture", "stage": "Préparation", "flip": "Inscription"}
MOST_SHOWN: Final = 100
LEFT_OUT: Final = 3
"""Status of an import that enrolled people and left lines out: neither well (0) nor for nothing (2)."""


@click.group()
def subscribers() -> None:
    """A station's people."""


@subscribers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--station", "slug", required=True, help="Slug of the station.")
@command
async def import_(console: Console, *, file: Path, slug: str) -> None:
    """Import people from a CSV file in one step; lines that cannot be are left out and listed, and the status is then 3.

    A stop in the middle enrols nobody. A file that cannot be read as a list is refused whole, with status 2. The same file may be
    imported again once it is mended: nobody is enrolled twice.

    Its first line names the columns: ref, locale, phone, email, lat, lon, kind, topics, min_level, valid_until,
    consent_source, consent_at, stay_until, in any order. The consent's source and date are demanded. `stay_until` is the last
    day of a tourist's stay (a campsite's list): the place is one for the stay, and after it the person is erased.
    """
    raw = _read(file)
    async with console.house() as house:
        async with house.store.transaction() as tx:
            await register_topics(tx, catalogue.load())
        station = await stations.by_slug(house.store, slug)
        fiction = house.settings.subscribers.fiction_numbers
        importer = Importer(house.store, house.clock, house.keyring, station, actor=ACTOR, fiction=fiction)
        report = await importer.run(raw, Bar(console, STAGES).show)
    console.say(_summary(report), asdict(report))
    if report.refusals:
        raise SystemExit(LEFT_OUT)


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
        with _out(output) as file:
            async for piece in pieces:
                file.write(piece)
                rows += piece.count("\r\n")
    if output:
        console.say(f"{rows - 1} rows in {output}.", {"rows": rows - 1, "file": str(output)})


def _out(output: Path | None) -> AbstractContextManager[TextIO]:
    if output is None or str(output) == "-":
        return nullcontext(sys.stdout)
    return private(output)


def _read(file: Path) -> bytes:
    if file.stat().st_size > MOST_BYTES:
        raise TooLarge("import_too_large", "A list has at most 50 MB: cut it into several.")
    return file.read_bytes()


def _summary(report: Report) -> str:
    lines = [
        *_bounded((_refused(one) for one in report.refused), report.refusals, "autres lignes refusées"),
        *_bounded(
            (f"Ligne {one.line} : {one.why}." for one in report.merged),
            len(report.merged),
            "autres lignes réunies",
        ),
        _sums(report),
    ]
    return "\n".join(lines)


def _sums(report: Report) -> str:
    return (
        f"{_count(report.rows, 'ligne lue', 'lignes lues')} : "
        f"{_count(report.people, 'personne inscrite', 'personnes inscrites')} "
        f"({_count(report.created, 'nouvelle', 'nouvelles')}, "
        f"{_count(report.updated, 'mise à jour', 'mises à jour')}, "
        f"{report.unchanged} sans changement), "
        f"{_count(report.further, 'ligne de plus', 'lignes de plus')} sous une même référence, "
        f"{_count(len(report.merged), 'ligne réunie', 'lignes réunies')} à une autre par une adresse, "
        f"{_count(report.refusals, 'ligne refusée', 'lignes refusées')}."
    )


def _refused(one: Refusal) -> str:
    return f"Ligne {one.line}{f', {one.column}' if one.column else ''} : {one.why}."


def _bounded(said: Iterator[str], total: int, others: str) -> Iterator[str]:
    """The first hundred: a screen is no place for more, and --json has them all."""
    yield from islice(said, MOST_SHOWN)
    if total > MOST_SHOWN:
        yield f"... et {total - MOST_SHOWN} {others} (toutes avec --json)."


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number < 2 else many}"
