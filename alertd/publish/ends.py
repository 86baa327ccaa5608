"""Until when an alert lasts, as its headline says it after a prolonging; and the same words when that is over."""

import re
from collections.abc import Mapping
from dataclasses import replace

from alertd.catalogue import Catalogue
from alertd.model import Content, Station, Text
from alertd.publish.phrasing import again, says
from alertd.publish.wording import when

_MOMENT = r"[^()]*\d\d:\d\d"
"""A moment as `when` writes it: the clock comes last in every language."""


def lasting(catalogue: Catalogue, station: Station, locale: str, headline: str, expires: int) -> str:
    """The headline with the end behind it, in place of an earlier one."""
    until = catalogue.phrase_sms(locale, "word.until", time=when(expires, station.timezone, locale))
    return f"{bare(catalogue, locale, headline).removesuffix('.')} ({until})"


def bare(catalogue: Catalogue, locale: str, headline: str) -> str:
    """The headline without the end that a prolonging has told, also where the end itself was changed since."""
    before, _, behind = catalogue.phrase_sms(locale, "word.until", time="\0").partition("\0")
    return re.sub(rf" \({re.escape(before)}{_MOMENT}{re.escape(behind)}\)$", "", headline)


def texts_over(catalogue: Catalogue, station: Station, content: Content) -> Mapping[str, Text]:
    """What was said, without any end that was foreseen: next to the word that it is over it would contradict it."""
    if content.picks and says(catalogue, content.picks, "end"):
        timeless = replace(content, picks=replace(content.picks, time=""))
        return again(catalogue, station, timeless, content.expires).texts
    return {
        locale: replace(text, headline=bare(catalogue, locale, text.headline))
        for locale, text in content.texts.items()
    }
