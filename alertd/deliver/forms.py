"""Forms: a message but for its reader, with blanks for a delivery's code and its reader's way out. Built once for each kind of reader."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from alertd.catalogue import Catalogue
from alertd.deliver import service
from alertd.deliver.bodies import COMPOSERS, Piece
from alertd.deliver.letter import note
from alertd.keys import CODE_LENGTH
from alertd.model import Act, Channel, Level, Wording
from alertd.publish.links import Links
from alertd.publish.wording import Speech, greet, words
from alertd.store import Row
from alertd.store.contents import loads
from gateways.text import segments

CODE: Final = service.CODE
LEAVING: Final = "\ue001" * CODE_LENGTH
"""Where a form has a delivery's own code, and its reader's: private-use characters, which nobody writes."""
PROBE: Final = "probe"
"""The kind of a message that asks telephones whether they are still there (`alertd.watch.silent_probe`)."""


class Reader(NamedTuple):
    """`new`: it is the first word to somebody taken over from a list: that of another station that they follow, or ours ("")."""

    locale: str
    wording: Wording
    channel: Channel
    new: bool = False
    follows: str = ""


Blank: TypeAlias = Callable[[str, str], str]
"""A text with blanks: given a delivery's code and its reader's code for leaving, the text without."""


class Speaking:
    """An event as it is being said."""

    def __init__(self, row: Row) -> None:
        content = loads(row["content"])
        self.level = content.level
        self.thread = f"alert-{row['alert_id']}"
        self.slug: str = row["slug"]
        self.speech = Speech(
            station=row["station_name"],
            timezone=row["timezone"],
            locale=row["locale"],
            act=Act(row["act"]),
            content=content,
            expires=row["expires"],
        )


@dataclass(frozen=True, slots=True)
class Form:
    """A message but for its reader."""

    station: str
    level: Level
    channel: str
    thread: str
    subject: str
    segments: int
    leaves: bool
    prompt: str
    text: Blank
    html: Blank
    url: Blank
    headers: Callable[[str, str], Mapping[str, str]]
    silent: bool = False


def event_form(speaking: Speaking, catalogue: Catalogue, links: Links, reader: Reader) -> Form:
    """An event's, as this kind of reader gets it."""
    locale, wording, channel, new, follows = reader
    speech, sms = speaking.speech, channel is Channel.SMS
    leaving, link = links.leaving(LEAVING, sms=sms), links.alert(CODE, sms=sms)
    said = words(catalogue, speech, locale, wording, short=sms)
    greeting = greet(catalogue, locale, follows or speech.station, leaving) if new else ""
    body = COMPOSERS[channel](Piece(catalogue, speech, said, locale, link, greeting, leaving))
    return Form(
        station=speech.station,
        level=speaking.level,
        channel=channel.word,
        thread=speaking.thread,
        subject=body.subject,
        segments=segments(_same_length(body.text)) if sms else 1,
        leaves=channel is Channel.EMAIL or LEAVING in body.text,
        prompt=catalogue.phrase(locale, "voice.keys") if channel is Channel.VOICE else "",
        text=_blank(body.text),
        html=_blank(body.html),
        url=_blank(links.alert(CODE)),
        headers=_headers(f"{leaving}?station={speaking.slug}", _list_id(speaking.slug, links.public))
        if channel is Channel.EMAIL
        else _no_headers,
    )


def service_form(row: Row, letter: service.Letter, links: Links, reader: Reader) -> Form:
    """What is said to one person: its words are there, in their language."""
    channel = reader.channel
    speaker = row["station_name"] or letter.speaker
    html = note(speaker, letter.subject, letter.text, reader.locale) if channel is Channel.EMAIL else ""
    return Form(
        station=speaker,
        level=Level(row["level"]),
        channel=channel.word,
        thread=letter.thread,
        subject=letter.subject,
        segments=segments(_same_length(letter.text)) if channel is Channel.SMS else 1,
        leaves=False,
        prompt=letter.prompt,
        text=_blank(letter.text),
        html=_blank(html),
        url=_blank(links.public + letter.path if letter.path else ""),
        headers=_no_headers,
    )


def probe_form(row: Row, catalogue: Catalogue, links: Links, reader: Reader) -> Form:
    """What a telephone shows that must show something: what it is, and that there is nothing to do. One takes another's place."""
    return Form(
        station=row["station_name"],
        level=Level(row["level"]),
        channel=reader.channel.word,
        thread=PROBE,
        subject=row["station_name"],
        segments=1,
        leaves=False,
        prompt="",
        text=_blank(catalogue.phrase(reader.locale, "push.probe")),
        html=_blank(""),
        url=_blank(links.public),
        headers=_no_headers,
        silent=True,
    )


def _blank(text: str) -> Blank:
    """Cut at its blanks once: filling them in is then no more than a join."""
    parts = text.split(CODE)
    if LEAVING in text:
        return lambda code, leaving: code.join(parts).replace(LEAVING, leaving)
    return (lambda code, _: code.join(parts)) if len(parts) > 1 else (lambda _code, _leaving: text)


def _same_length(text: str) -> str:
    """As codes of letters and digits would make it: what an operator counts."""
    return text.replace(CODE, "0" * CODE_LENGTH).replace(LEAVING, "0" * CODE_LENGTH)


def _headers(leaving: str, list_id: str) -> Callable[[str, str], Mapping[str, str]]:
    """An e-mail's way out from the station that writes (RFC 2369, RFC 8058), and its list, to sort mail by (RFC 2919)."""
    listed = {"List-Id": list_id} if list_id else {}
    return lambda _, code: {
        "List-Unsubscribe": f"<{leaving.replace(LEAVING, code)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        **listed,
    }


def _list_id(slug: str, public_url: str) -> str:
    """None where the instance has no name of its own: the gateway's stands in then."""
    host = urlsplit(public_url).hostname or ""
    return f"<{slug}.{host}>" if "." in host and host[-1].isalpha() else ""


def _no_headers(_code: str, _leaving: str) -> Mapping[str, str]:
    return {}
