"""The form at the counter: a resident's form, with the paper that they signed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import Field

from alertd.clock import to_ms
from alertd.errors import Refused
from alertd.subscribe.counter import SOURCE
from alertd.subscribe.nouns import Enrolment
from alertd.web.residents import join_form
from alertd.web.residents.join_form import Around, JoinForm

PAPER: Final = "2026-11"
"""Which wording of the paper's sentence on consent was signed; change it with the sentence."""
OLDEST_DAYS: Final = 366
PRESENT, ABSENT = "present", "absent"


class CounterForm(JoinForm):
    """`paper` is the number under which the mairie keeps it, `signed` its date; `how`: whether its person stands there."""

    paper: str = Field("", max_length=60)
    signed: str = Field("", max_length=40)
    how: str = Field(ABSENT, max_length=20)


def enrolment(
    form: CounterForm, around: Around, actor: str, more: Mapping[str, str] = join_form.NO_MORE
) -> Enrolment:
    """What the paper says. :raises Refused: `join_incomplete`, with a phrase or a sentence for each field to mend."""
    wrong = dict(_faults(form, around))
    try:
        said = join_form.enrolment(form, around, more)
    except Refused as error:
        raise Refused("join_incomplete", "The form is to be mended.", fields=error.fields | wrong) from error
    if wrong:
        raise Refused("join_incomplete", "The form is to be mended.", fields=wrong)
    proof = f"paper {' '.join(form.paper.split())}, wording {PAPER}, {actor}"
    return replace(said, consent_source=SOURCE, consent_at=_moment(form, around), consent_proof=proof)


def days(around: Around) -> tuple[str, str]:
    """The oldest and the newest day on which a paper may have been signed, as a date field wants them."""
    today = _today(around)
    return (today - timedelta(days=OLDEST_DAYS)).isoformat(), today.isoformat()


def _faults(form: CounterForm, around: Around) -> Iterator[tuple[str, str]]:
    if not form.paper.strip() or not form.paper.isprintable():
        yield "paper", "Le numéro sous lequel vous classez le papier."
    oldest, newest = days(around)
    if not oldest <= form.signed <= newest or _day(form.signed) is None:
        yield "signed", "La date écrite sur le papier : aujourd'hui au plus tard, il y a un an au plus."
    if form.how not in {PRESENT, ABSENT}:
        yield "how", "Choisissez une des réponses proposées."


def _moment(form: CounterForm, around: Around) -> int:
    """Noon of that day there, or now: a day is all that a paper says."""
    day, zone = date.fromisoformat(form.signed), ZoneInfo(around.station.timezone)
    return min(around.now, to_ms(datetime.combine(day, time(12), zone)))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _today(around: Around) -> date:
    return datetime.fromtimestamp(around.now / 1000, ZoneInfo(around.station.timezone)).date()
