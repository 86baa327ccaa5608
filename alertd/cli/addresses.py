"""alertd station addresses: the national address base's file of a commune, or hamlets typed in a spreadsheet."""

from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from alertd.cli.bar import Bar
from alertd.cli.console import ACTOR, Console, command
from alertd.errors import Refused, TooLarge
from alertd.stations import stations
from alertd.stations.streets import keep
from alertd.stations.streets.table import MOST_BYTES

STAGES: Final = {"read": "Lecture", "keep": "Inscription"}


@click.command()
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@command
async def addresses(console: Console, *, slug: str, file: Path) -> None:
    """Import a station's addresses from a CSV file, in place of those it had: all of them, or nothing is changed.

    The file is a commune's of the national address base (https://adresse.data.gouv.fr), its own address list, or hamlets
    under nom;lat;lon. Streets and hamlets are then found by what is typed, and previews name those where nobody is covered.
    """
    raw = _read(file)
    async with console.house() as house:
        station = await stations.by_slug(house.store, slug)
        bar = Bar(console, STAGES, "lignes")
        try:
            kept = await keep.replace(house.store, house.clock, station, raw, actor=ACTOR, progress=bar.show)
        except Refused as refused:
            _tell_rows(console, refused)
            raise
    console.say(_said(kept), asdict(kept))


def _read(file: Path) -> bytes:
    if file.stat().st_size > MOST_BYTES:
        raise TooLarge(
            "addresses_too_large", "Un fichier d'adresses a 100 Mo au plus : coupez-le par commune."
        )
    return file.read_bytes()


def _tell_rows(console: Console, refused: Refused) -> None:
    """Each bad line, before the sentence that nothing was changed."""
    told = refused.detail.get("rows", ())
    for line, why in told:
        console.note(f"Ligne {line} : {why}.")
    if refused.detail.get("bad", 0) > len(told):
        console.note(f"... et {refused.detail['bad'] - len(told)} autres lignes.")


def _said(kept: keep.Kept) -> str:
    """A count of none is said too: a file without doors is a list of names."""
    names = f"{_count(kept.streets, 'rue')}, {_count(kept.hamlets, 'lieu-dit', 'lieux-dits')}"
    twice = f" ({_count(kept.merged, 'ligne')} en double)" if kept.merged else ""
    return f"{_count(kept.points, 'adresse')}{twice}, {names}."


def _count(number: int, one: str, several: str = "") -> str:
    return f"{number} {one if number < 2 else several or one + 's'}"
