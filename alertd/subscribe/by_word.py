"""Join by a word: a station's name, texted to the number that it writes from, for whoever has no Internet.

Whoever texts it is warned of everything in that station. Numbers can be forged, so the answer says who writes and how to
leave, a number joins three times in eight hours at most, and a station's day has an end.
"""

from dataclasses import dataclass
from typing import Final

import phonenumbers

from alertd.catalogue import LANGUAGES
from alertd.clock import FOREVER, HOUR
from alertd.deliver.service import House
from alertd.errors import Missing, Refused
from alertd.model import ALL_TOPICS, Channel, Level, Mode, Station
from alertd.stations import payers, stations, throttle
from alertd.store.database import Transaction
from alertd.subscribe import numbers, own_word
from alertd.subscribe.addresses import canonical
from alertd.subscribe.nouns import EVERYWHERE, Address, Ready, Terms

SOURCE: Final = "sms"
EACH: Final = (3, 8 * HOUR)
_SPOKEN: Final = {"DE": "de", "AT": "de", "GB": "en", "IE": "en", "NL": "nl", "ES": "es", "IT": "it"}
"""What is spoken where a number is from, of the languages that we have."""


@dataclass(frozen=True, slots=True)
class Texted:
    """A number that texted; `said` its words, folded; `proof` names the SMS ("inbound:12")."""

    number: str
    said: tuple[str, ...]
    proof: str


async def meant(tx: Transaction, texted: Texted) -> Station | None:
    """The station whose name the words are, if anybody may join it and an SMS of it would come; its name in URLs, however it
    is written.
    """
    slug = "-".join(texted.said)
    if not stations.SLUG.fullmatch(slug):
        return None
    try:
        station = await stations.by_slug(tx, slug)
    except Missing:
        return None
    closed = station.private or station.suspended or station.mode is not Mode.LIVE
    return None if closed or Channel.SMS in await payers.closed(tx, station) else station


async def join(tx: Transaction, house: House, station: Station, texted: Texted, per_day: int) -> bool:
    """Let the number count, for everything of that station; False where it may not, of which nothing is said."""
    try:
        number = canonical(Channel.SMS, texted.number, station.region, fiction=True)
        numbers.check(number)
    except Refused:
        return False
    whose = house.keyring.address_hash("word", number).hex()[:24]
    if not await throttle.spare(tx, house.clock, f"word-from:{whose}", *EACH):
        return False
    if not await throttle.code_of_the_day(tx, house.clock, station.id, per_day):
        return False
    wish = Ready(_language(number, station), (), (), _terms(house.clock.now_ms(), texted.proof))
    await own_word.proven(tx, house.clock, house.keyring, station, wish, Address(Channel.SMS, number))
    return True


def _terms(now: int, proof: str) -> Terms:
    return Terms(EVERYWHERE, ALL_TOPICS, int(Level.INFO), False, FOREVER, None, SOURCE, now, proof)


def _language(number: str, station: Station) -> str:
    """Of the country of the number, else the station's."""
    region = phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    own = station.locale[:2]
    return _SPOKEN.get(region, own if own in LANGUAGES else "fr")
