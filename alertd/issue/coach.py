"""The coach: which of the five elements a message lacks, and which of its times are none.

Source, hazard, place, time and instruction are what people need before they act: https://doi.org/10.1061/(ASCE)NH.1527-6996.0000034
It advises, and refuses nothing: who warns at night is not to be stopped by a word.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from alertd.catalogue import Catalogue
from alertd.catalogue.coaching import fold
from alertd.catalogue.nouns import BLANK
from alertd.clock import from_ms
from alertd.model import Content, Level, Picks, Text
from gateways.text import gsm_safe


@dataclass(frozen=True, slots=True)
class Elements:
    """What the title and the instruction say; the source is the station's name, with which every message begins."""

    hazard: bool
    place: bool
    instruction: bool
    time: bool


@dataclass(frozen=True, slots=True)
class Vague:
    """A word that is true today alone, and the day that it means; "" where only its author knows the hour."""

    said: str
    day: str


def elements(book: Catalogue, text: Text, picks: Picks | None, names: Iterable[str]) -> Elements:
    """What is there: of phrases by what was picked, of an author's own words by what is recognised in them."""
    if picks is not None:
        return Elements(True, bool(picks.place), bool(picks.instructions), bool(picks.time))
    said, coaching = told(text), book.coaching
    return Elements(
        hazard=coaching.says_hazard(said),
        place=coaching.says_place(said, names),
        instruction=coaching.says_instruction(said),
        time=coaching.says_time(said),
    )


def at_once(content: Content, text: Text) -> bool:
    """Whether an emergency in ready words says no hour on purpose: it is to be done when it is read. A blank that is left may be one."""
    ready = bool(content.template) or content.picks is not None
    return content.level is Level.DANGER and ready and not BLANK.search(told(text))


def vague(book: Catalogue, text: Text, now: int, timezone: str) -> tuple[Vague, ...]:
    """The times of a text that are none, and what to write instead of them."""
    days = book.coaching.days
    return tuple(
        Vague(said, _day(now, timezone, days[fold(said)]) if fold(said) in days else "")
        for said in book.coaching.vague_in(told(text))
    )


def dated(book: Catalogue, text: Text, now: int, timezone: str) -> Text:
    """The text with the day's name for "demain" and the like; what has no day stays."""
    for one in vague(book, text, now, timezone):
        if one.day:
            pattern = re.compile(rf"(?<![\w-]){re.escape(one.said)}(?![\w-])", re.IGNORECASE)
            day = one.day
            text = replace(
                text,
                headline=pattern.sub(day, text.headline),
                instruction=pattern.sub(day, text.instruction),
            )
    return text


def safe(text: Text) -> Text:
    """The text in the alphabet of SMS, as far as it can be told in it."""
    return replace(text, headline=gsm_safe(text.headline), instruction=gsm_safe(text.instruction))


def told(text: Text) -> str:
    """What the SMS says of it."""
    return f"{text.headline}\n{text.instruction}"


def _day(now: int, timezone: str, days: int) -> str:
    local: datetime = from_ms(now).astimezone(ZoneInfo(timezone)) + timedelta(days=days)
    return format_date(local, "EEEE d MMMM", locale="fr")
