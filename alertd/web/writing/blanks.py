"""The blanks of a ready text as taps: an hour, a day, a place; what the station said there lately comes first."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

from alertd.catalogue import Template
from alertd.catalogue.nouns import BLANK, FRENCH
from alertd.catalogue.ready import filled
from alertd.clock import MINUTE, from_ms
from alertd.issue.locked import PARTS
from alertd.model import Level
from alertd.web.contracts import Choice
from alertd.web.contracts.compose import BlankPart
from alertd.web.writing.book_form import PLACE
from alertd.web.writing.compose_form import ComposeForm, Surroundings

MOST: Final = 8
_HOURS: Final = 6
_DAYS: Final = 3
_STEP: Final = 5 * MINUTE
_LABELS: Final[Mapping[str, str]] = {
    "h": "Heure",
    "date": "Jour",
    PLACE: "Lieu",
    "couleur": "Couleur",
    "axe": "Route",
}
_COLOURS: Final = ("jaune", "orange", "rouge")


def begun(ready: Template, around: Surroundings) -> tuple[str, ...]:
    """What stands in the blanks of an emergency before anybody taps: now, and where people were sent the last time."""
    if ready.level != Level.DANGER.word:
        return ()
    usual = {name: _usual(name, ready, around) for name in _names(ready.text) if name != PLACE}
    return tuple(f"{name}={said}" for name, said in usual.items() if said)


def part(form: ComposeForm, around: Surroundings) -> tuple[BlankPart, ...]:
    """The blanks that stand in the form, each with what can be tapped; those of which nothing is known are typed."""
    chosen = dict(one.split("=", 1) for one in form.fills if "=" in one)
    names = _names("\n".join(getattr(form, part) for part in PARTS))
    ready = around.templates.get(form.template)
    parts = (_part(name, chosen.get(name, ""), ready, around) for name in names)
    return tuple(one for one in parts if one.items)


def is_known(name: str, around: Surroundings) -> bool:
    """Whether the station itself knows what may stand there: an hour, a day, a place."""
    return next(_known(name, around), "") != ""


def offers(name: str, form: ComposeForm, around: Surroundings) -> bool:
    """Whether something can be tapped for this blank."""
    return bool(_part(name, "", around.templates.get(form.template), around).items)


def _part(name: str, chosen: str, ready: Template | None, around: Surroundings) -> BlankPart:
    used = _used(name, ready, around)
    known = dict.fromkeys((*used, *_known(name, around)))
    offered = dict(list(known.items())[:MOST])
    now = _usual_hour(around)
    items = (Choice(one, f"Maintenant, {one}" if (name, one) == ("h", now) else one) for one in offered)
    own = () if not chosen or chosen in offered else (Choice(chosen, chosen),)
    kind, _, which = name.partition("_")
    label = _LABELS.get(kind, kind.capitalize()) + (f" ({which.replace('_', ' ')})" if which else "")
    return BlankPart(name, label, (*own, *items), chosen, follows=name == PLACE)


def _names(text: str) -> Iterable[str]:
    return dict.fromkeys(BLANK.findall(text))


def _usual(name: str, ready: Template, around: Surroundings) -> str:
    return _usual_hour(around) if name == "h" else next(iter(_used(name, ready, around)), "")


def _used(name: str, ready: Template | None, around: Surroundings) -> tuple[str, ...]:
    """What stood there in the station's last messages by this text, newest first; an hour or a day is never used again."""
    if ready is None or name.partition("_")[0] in {"h", "date"}:
        return ()
    said = (dict(filled(getattr(ready, part), text)) for part, text in _told(ready, around))
    return tuple(dict.fromkeys(one[name] for one in said if name in one))


def _told(ready: Template, around: Surroundings) -> Iterator[tuple[str, str]]:
    for template, text in around.told:
        if template == ready.key:
            yield from ((part, getattr(text, part)) for part in PARTS)


def _known(name: str, around: Surroundings) -> Iterator[str]:
    kind = name.partition("_")[0]
    if kind == "h":
        yield from _hours(around, now=name == "h")
    elif kind == "date":
        yield from _days(around)
    elif kind == PLACE:
        yield from (one.name for one in around.hamlets)
        yield from (one.name for one in around.saved_zones)
        yield from (one.label for one in around.names.hamlets)
    elif kind == "couleur":
        yield from _COLOURS


def _usual_hour(around: Surroundings) -> str:
    """Now, to five minutes before: who reads it late is not led to believe that there is time."""
    local = from_ms(around.now // _STEP * _STEP).astimezone(ZoneInfo(around.station.timezone))
    return f"{local.hour}h{local.minute:02}"


def _hours(around: Surroundings, *, now: bool) -> Iterator[str]:
    if now:
        yield _usual_hour(around)
    local = from_ms(around.now).astimezone(ZoneInfo(around.station.timezone))
    yield from (f"{(local + timedelta(hours=ahead)).hour}h" for ahead in range(1, _HOURS + 1))


def _days(around: Surroundings) -> Iterator[str]:
    today = from_ms(around.now).astimezone(ZoneInfo(around.station.timezone)).date()
    for ahead in range(_DAYS):
        yield format_date(today + timedelta(days=ahead), "EEEE d MMMM", locale=FRENCH)
