"""Who still answers: of a station's addresses those that gave a sign of life lately, in words and figures in fives."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

from alertd.clock import from_ms
from alertd.model import Channel, Station
from alertd.watch.live_reach import Answering, LiveReach
from alertd.web import words
from alertd.web.contracts.history import AnsweringPart

_NAMES: Final = {
    Channel.PUSH: "Notifications",
    Channel.SMS: "SMS",
    Channel.EMAIL: "Courriels",
    Channel.VOICE: "Appels",
    Channel.DISPLAY: "Panneaux",
}


def part(station: Station, reach: LiveReach, reminded: int | None, *, asks: bool) -> AnsweringPart:
    """`asks`: whether telephones are asked silently once a month; `reminded`: how many people were this year, None where nobody is."""
    push = next((one for one in reach.channels if one.channel is Channel.PUSH), None)
    return AnsweringPart(
        lead=_lead(push) if push else "",
        asked=_asked(station, reach, asks=asks),
        lines=tuple((_NAMES[one.channel], _line(one)) for one in reach.channels),
        reminded=_reminded(reminded),
    )


def _lead(push: Answering) -> str:
    heard, active = words.fives(push.heard), words.fives(push.active)
    return f"Téléphones qui ont répondu ce mois-ci : {heard} sur {active}."


def _asked(station: Station, reach: LiveReach, *, asks: bool) -> str:
    if reach.asked_at is not None:
        return f"Dernière vérification silencieuse : {_day(station, reach.asked_at)}."
    stands = "n'a pas encore eu lieu" if asks else "est désactivée"
    return f"La vérification silencieuse {stands}."


def _reminded(people: int | None) -> str:
    if people is None:
        return "Personne ne reçoit de rappel au nom de cette station."
    return f"Rappels envoyés cette année à qui n'avait plus donné signe de vie : {words.fives(people)}."


def _line(one: Answering) -> str:
    """Only notifications are asked, so nothing else is mute; of those that were not asked it is said that they were not."""
    heard, active = words.fives(one.heard), words.fives(one.active)
    said = [f"signe de vie de {heard} sur {active}"]
    if one.channel is Channel.PUSH:
        rest = one.active - one.heard - one.silent
        said += [
            f"muettes : {words.fives(one.silent)}",
            f"iPhone ou pas encore interrogées : {words.fives(rest)}",
        ]
    return f"{' ; '.join(said)} ; perdues : {words.fives(one.dead)}."


def _day(station: Station, at: int) -> str:
    there: datetime = from_ms(at).astimezone(ZoneInfo(station.timezone))
    return str(format_date(there.date(), "d MMMM y", locale="fr"))
