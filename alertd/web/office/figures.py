"""A year in figures that mean something to a mayor: what left and arrived, what it cost, who left after an alert.

Exercises stand apart: only their cost is told, since it is on the provider's bill.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

from alertd.clock import from_ms, to_ms
from alertd.issue import ledger
from alertd.issue.desk import Desk
from alertd.issue.ledger import Released, Sums
from alertd.issue.reading import AlertView, Progress
from alertd.model import State, Station
from alertd.web import words
from alertd.web.contracts.history import Plot
from alertd.web.office.plots import Bar, bars

MONTHS: Final = 12
LATEST: Final = 12


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month on the station's clock: how many alerts began, their sums, and who left; the same of exercises, apart."""

    first: date
    alerts: int
    sums: Sums
    left: int
    exercises: int = 0
    drilled: Sums = field(default_factory=Sums)


@dataclass(frozen=True, slots=True)
class Alert:
    """One of the latest alerts, by its headline and day."""

    headline: str
    day: date
    left: int


@dataclass(frozen=True, slots=True)
class Year:
    """Months and alerts, the oldest first."""

    months: tuple[Month, ...]
    alerts: tuple[Alert, ...]


async def of_year(desk: Desk, station: Station) -> Year:
    """The twelve calendar months up to now, and the latest twelve alerts."""
    zone = ZoneInfo(station.timezone)
    firsts = _firsts(from_ms(desk.clock.now_ms()).astimezone(zone).date())
    edges = [to_ms(datetime.combine(first, time(), zone)) for first in (*firsts, _after(firsts[-1]))]
    released = await ledger.released_since(desk, station, edges[0])
    months = []
    for first, since, until in zip(firsts, edges, edges[1:], strict=False):
        within = [one for one in released if since <= one.created_at < until]
        left = await ledger.left_between(desk, station.id, since, until)
        real = _added([one for one in within if not one.exercise])
        months.append(Month(first, *real, left, *_added([one for one in within if one.exercise])))
    return Year(tuple(months), await _latest(desk, station, zone))


def _added(released: Sequence[Released]) -> tuple[int, Sums]:
    """How many threads, and the sums of all that was said in them."""
    return len({one.alert_id for one in released}), sum((one.sums for one in released), Sums())


async def _latest(desk: Desk, station: Station, zone: ZoneInfo) -> tuple[Alert, ...]:
    wanted = ledger.Wanted(exercises=False)
    found = (await ledger.search(desk, station.id, wanted, None, LATEST)).alerts[::-1]
    sent_at = [one.dated for one in found]
    left = await ledger.left_after(desk, station.id, sent_at, exercise=False)
    days = [from_ms(one.dated).astimezone(zone).date() for one in found]
    return tuple(Alert(one.headline, day, n) for one, day, n in zip(found, days, left, strict=True))


def _firsts(today: date) -> list[date]:
    ordinal = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(ordinal - MONTHS + 1, ordinal + 1)]


def _after(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def lead(year: Year) -> str:
    """The year in one sentence."""
    total = sum((month.sums for month in year.months), Sums())
    alerts = words.count(sum(month.alerts for month in year.months), "alerte")
    sent = words.count(total.sent, "message envoyé", "messages envoyés")
    return f"Depuis douze mois : {alerts}, {sent}, {words.price(total.price)}."


def exercises(year: Year) -> str:
    """What the exercises of the year cost, in a sentence of their own; empty where there was none."""
    total = sum((month.drilled for month in year.months), Sums())
    held = words.count(sum(month.exercises for month in year.months), "exercice")
    if not any(month.exercises for month in year.months):
        return ""
    sent = words.count(total.sent, "message envoyé", "messages envoyés")
    return f"Les exercices, comptés à part : {held}, {sent}, {words.price(total.price)}."


def plots(year: Year) -> Iterator[Plot]:
    """Each picture with its table."""
    months = [(_named(month.first, "LLLL y"), month) for month in year.months]
    yield Plot(
        key="reach",
        heading="Messages reçus",
        told="La barre entière : les messages envoyés ; la partie pleine : ceux que le téléphone a dit reçus ou lus.",
        picture=bars([_reach(month) for month in year.months], "Messages envoyés et reçus, mois par mois"),
        columns=("Mois", "Alertes", "Envoyés", "Reçus ou lus"),
        rows=tuple(
            (name, *(words.number(n) for n in (month.alerts, month.sums.sent, month.sums.arrived)))
            for name, month in months
        ),
    )
    yield Plot(
        key="cost",
        heading="Coût par mois",
        told="Estimé aux tarifs d'aujourd'hui, sans les exercices : la facture du fournisseur, qui les compte, fait foi.",
        picture=bars([_cost(month) for month in year.months], "Coût mois par mois, sans les exercices"),
        columns=("Mois", "Alertes", "Exercices"),
        rows=tuple(
            (name, *(words.price(sums.price) for sums in (month.sums, month.drilled)))
            for name, month in months
        ),
    )
    yield _leaving(year)


def _leaving(year: Year) -> Plot:
    """Few are not told apart: who left after a message to a hamlet would be known."""
    return Plot(
        key="left",
        heading="Départs après chaque alerte",
        told="Ceux qui se sont désabonnés dans les deux jours. Deux alertes proches comptent les mêmes ; "
        "qui part après un exercice n'y est pas.",
        picture=bars([_left(alert) for alert in year.alerts], "Départs après chacune des dernières alertes"),
        columns=("Alerte", "Jour", "Départs"),
        rows=tuple(
            (one.headline, _named(one.day, "d MMMM y"), words.discreet(one.left)) for one in year.alerts
        ),
    )


def _reach(month: Month) -> Bar:
    share = f"{100 * month.sums.arrived // month.sums.sent} %" if month.sums.sent else "–"
    return Bar(_named(month.first, "LLL yy"), month.sums.sent, share, month.sums.arrived)


def _cost(month: Month) -> Bar:
    said = words.price(month.sums.price) if month.sums.sent else "–"
    return Bar(_named(month.first, "LLL yy"), month.sums.price, said)


def _left(alert: Alert) -> Bar:
    """One to four are drawn as five, and said so."""
    return Bar(
        _named(alert.day, "d LLL yy"),
        float(max(alert.left, 5 * min(alert.left, 1))),
        words.discreet(alert.left),
    )


def _named(day: date, pattern: str) -> str:
    return str(format_date(day, pattern, locale="fr"))


async def left_after(desk: Desk, station: Station, view: AlertView, books: Iterable[Progress]) -> str:
    """What an alert costs beside money: how many left after it; few are not told apart. Empty before it is sent, and where
    nobody left the station but some refused this message: its books tell.
    """
    if not view.events:
        return ""
    sent_at = view.events[0].created_at
    (left,) = await ledger.left_after(desk, station.id, [sent_at], exercise=view.summary.exercise)
    if not left and any(book.tally.get(State.STOPPED.word) for book in books):
        return ""
    young = desk.clock.now_ms() < sent_at + ledger.LEAVING_MS
    gone = f"Partis de la station : {words.people(left)}" if left else "Personne n'est parti"
    return f"{gone} {'depuis' if young else 'dans les deux jours après'} l'envoi."
