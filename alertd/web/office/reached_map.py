"""Who was reached and who was not, where: as a drawing, and the same in words for who does not see it."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Final

from markupsafe import Markup

import zones
from alertd.issue.reached import ReachedCell, mapped, reached
from alertd.issue.reading import AlertView, Progress
from alertd.model import Station
from alertd.stations import drawings
from alertd.stations.drawings import Hamlet
from alertd.web import words
from alertd.web.contracts.progress import ReachedPart
from alertd.web.rooms import Rooms
from alertd.web.show import part
from alertd.web.svg import reached_picture
from zones import Zone, distance_m

MOST_LINES: Final = 8
PAUSE_S: Final = 10.0
"""Between two maps of a page that is open."""
_NEAR_M: Final = 3_000.0


async def reached_now(rooms: Rooms, station: Station, view: AlertView, books: tuple[Progress, ...]) -> Markup:
    """The part as it stands; empty where a map would tell nothing, or too much of a group."""
    event = mapped(view, books)
    if event is None:
        return Markup("")
    cells = await reached(rooms.desk, event)
    hamlets = await drawings.hamlets(rooms.db, station.id)
    return part(reached_part(station, event.content.target.zone, cells, hamlets))


class MapNews:
    """The part again for a page that is open: counting it costs more than the books, so it comes less often."""

    def __init__(self, rooms: Rooms, station: Station) -> None:
        self._rooms, self._station = rooms, station
        self._told, self._at = Markup(""), asyncio.get_running_loop().time()
        self._stages: tuple[tuple[bool, bool], ...] | None = None

    async def news(self, view: AlertView, books: tuple[Progress, ...], *, last: bool) -> str:
        """Its HTML where it has changed and is due, or nothing else will come; else "". It is due at once when a fan-out or a
        sending ends: beside "L'envoi est terminé" the map tells the end, too.
        """
        now, before, self._stages = asyncio.get_running_loop().time(), self._stages, _stages(books)
        turned = before is not None and before != self._stages
        if not (last or turned) and now < self._at + PAUSE_S:
            return ""
        self._at = now
        html = await reached_now(self._rooms, self._station, view, books)
        told, self._told = self._told, html
        return "" if html == told else str(html)


def _stages(books: tuple[Progress, ...]) -> tuple[tuple[bool, bool], ...]:
    """Event by event whether all of it is planned, and whether some of it still waits."""
    return tuple((book.planned is not None, bool(words.tally(book.tally)["en attente"])) for book in books)


def reached_part(
    station: Station, zone: Zone | None, cells: tuple[ReachedCell, ...], hamlets: Iterable[Hamlet]
) -> ReachedPart:
    """Nothing to see while nobody's place is known."""
    told = [cell for cell in cells if not cell.few]
    told.sort(key=lambda cell: (cell.reached - cell.people, cell.prefix))
    added = _added(station, told, tuple(hamlets))
    lines = tuple(_line(where, *sums) for where, sums in added[:MOST_LINES])
    label = "Carte : où les abonnés sont atteints, et où ils ne le sont pas encore"
    drawn = [(zones.coarse_ring(cell.prefix), _class(cell)) for cell in cells]
    return ReachedPart(
        picture=reached_picture(station, zone, drawn, label) if cells else None,
        lines=lines,
        more=_more(len(added) - len(lines), few=len(cells) - len(told)),
    )


def _class(cell: ReachedCell) -> str:
    """In quarters; under five nothing is told."""
    return "few" if cell.few else f"quarter-{4 * cell.reached // cell.people}"


def _added(
    station: Station, cells: Iterable[ReachedCell], hamlets: tuple[Hamlet, ...]
) -> list[tuple[str, tuple[int, int]]]:
    """Place by place how many were reached, of how many: cells that are called alike are one place. The most missing first."""
    sums: dict[str, tuple[int, int]] = {}
    for cell in cells:
        where = _where(station, cell, hamlets)
        reached_, people = sums.get(where, (0, 0))
        sums[where] = (reached_ + cell.reached, people + cell.people)
    return sorted(sums.items(), key=lambda one: one[1][0] - one[1][1])


def _line(where: str, reached_: int, people: int) -> str:
    if reached_ == people:
        return f"{where} : tous, {words.number(people)} abonnés environ."
    told = words.number(reached_) if reached_ else "moins de 5"
    return f"{where} : {told} atteints sur {words.number(people)} environ."


def _where(station: Station, cell: ReachedCell, hamlets: tuple[Hamlet, ...]) -> str:
    ring = zones.coarse_ring(cell.prefix)
    lon, lat = (sum(axis) / len(axis) for axis in zip(*ring[:-1], strict=True))
    near = min(_distances(lat, lon, hamlets), default=(_NEAR_M, ""))
    if near[0] < _NEAR_M:
        return f"Autour de {near[1]}"
    away = distance_m(lat, lon, station.latitude, station.longitude)
    return f"À {words.distance(round(away, -2))} de la mairie"


def _distances(lat: float, lon: float, hamlets: tuple[Hamlet, ...]) -> Iterator[tuple[float, str]]:
    for one in hamlets:
        yield distance_m(lat, lon, one.latitude, one.longitude), one.name


def _more(others: int, *, few: int) -> str:
    told = [words.count(others, "autre secteur", "autres secteurs")] if others > 0 else []
    if few:
        told.append(f"{words.count(few, 'secteur', 'secteurs')} de moins de 5 abonnés, en gris")
    return f"Et {', '.join(told)}." if told else ""
