"""Render: one event's words, adapted to a channel and made personal. Built once per kind of reader, then only addressed."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from alertd.catalogue import Catalogue
from alertd.clock import SECOND
from alertd.deliver import service
from alertd.deliver.bodies import COMPOSERS, Piece
from alertd.deliver.claim import Claimed
from alertd.deliver.letter import note
from alertd.keys import CODE_LENGTH, Keyring, delivery_number, endpoint_context
from alertd.model import Act, Channel, Level, Wording
from alertd.publish.links import Links
from alertd.publish.wording import Speech, greet, words
from alertd.store import Database, Row
from alertd.store.contents import loads
from gateways.contract import Message
from gateways.text import segments

KEPT: Final = 200
"""Messages whose words are kept at hand: more than are ever under way at once on one node."""

CODE: Final = service.CODE
WITHHELD: Final = "…"
MOMENT_S: Final = 0.01
"""A shorter wait is none."""
LEAVING: Final = "\ue001" * CODE_LENGTH
"""Where a form has a delivery's own code, and its reader's: private-use characters, which nobody writes."""


class Rendered(NamedTuple):
    """A message ready for a gateway, and what it costs a sender that counts segments."""

    message: Message
    level: Level
    segments: int


Batch: TypeAlias = Mapping[str, tuple[Claimed, Rendered]]


def within(rendered: Rendered, left_s: float) -> Rendered:
    """With `left_s` seconds of validity at most: rendering may be a while ago."""
    if rendered.message.expires_in_s <= left_s:
        return rendered
    return rendered._replace(message=rendered.message._replace(expires_in_s=left_s))


def aged(batch: Batch, waited_s: float) -> dict[str, tuple[Claimed, Rendered]]:
    """With the validity that is left to a batch that waited so long for those before it."""
    if waited_s < MOMENT_S:
        return dict(batch)
    return {
        reference: (claimed, within(rendered, rendered.message.expires_in_s - waited_s))
        for reference, (claimed, rendered) in batch.items()
    }


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a call says: its text, which keys there are, its thread, and whose words they are."""

    text: str
    prompt: str
    thread: str
    station: str


class Renderer:
    """Forms by (message, language, wording, channel, new or not), of the latest messages; codes and addresses by delivery."""

    def __init__(self, db: Database, catalogue: Catalogue, keyring: Keyring, links: Links) -> None:
        self._db = db
        self._catalogue = catalogue
        self._keyring = keyring
        self._links = links
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._forms: dict[int, dict[_Reader, _Form]] = {}

    async def prepare(self, claimed: Sequence[Claimed]) -> list[str]:
        """Have the events of these deliveries at hand; their references, in order.

        :raises alertd.errors.Unavailable: the store is away, and with it the words.
        """
        await self._have({each.message_id for each in claimed})
        return self._keyring.codes([delivery_number(each.message_id, each.endpoint_id) for each in claimed])

    async def spoken(self, message_id: int, locale: str, wording: Wording) -> Spoken:
        """What a call says of a message that there is. :raises alertd.errors.Unavailable: the store is away."""
        await self._have({message_id})
        form = self._form(message_id, _Reader(locale, wording, Channel.VOICE))
        return Spoken(form.text("", ""), form.prompt, form.thread, form.station)

    async def said(
        self, message_id: int, locale: str, wording: Wording, channel: Channel, code: str
    ) -> tuple[str, str]:
        """Subject and text of a delivery of a message that there is, as it left; its reader's way out is theirs alone, and
        withheld. :raises alertd.errors.Unavailable: the store is away.
        """
        await self._have({message_id})
        form = self._form(message_id, _Reader(locale, wording, channel))
        return form.subject, form.text(code, WITHHELD)

    def stories(self, taken: Iterable[tuple[Claimed, Rendered]]) -> dict[tuple[int, str], int]:
        """How many of each message, with the id of its story (see `alertd.story`), where it has one."""
        known = (self._rows[each.message_id] for each, _ in taken if each.message_id in self._rows)
        return Counter((row["id"], row["request"]) for row in known if row["request"])

    async def _have(self, wanted: set[int]) -> None:
        while missing := wanted - self._rows.keys():  # another sender's slice may have pushed some out
            await self._learn(missing.pop())
        for message_id in wanted:
            self._rows.move_to_end(message_id)
        while len(self._rows) > max(KEPT, len(wanted)):
            self._forms.pop(self._rows.popitem(last=False)[0])

    async def _learn(self, message_id: int) -> None:
        self._rows[message_id] = (await self._db.fetch("messages.speech", message_id))[0]
        self._forms[message_id] = {}

    def render(self, claimed: Claimed, reference: str, elapsed_s: float) -> Rendered:
        """The message of one delivery that was prepared, its claim begun `elapsed_s` seconds ago. :raises alertd.keys.Unreadable: its address cannot be opened."""
        reader = _Reader(claimed.locale, claimed.wording, claimed.channel, _new(claimed), claimed.follows)
        form = self._form(claimed.message_id, reader)
        leaving = self._leaving(claimed) if form.leaves else ""
        message = Message(
            reference=reference,
            address=self._address(claimed),
            text=form.text(reference, leaving),
            level=form.level.word,
            locale=claimed.locale,
            expires_in_s=claimed.left_ms / SECOND - elapsed_s,
            channel=form.channel,
            subject=form.subject,
            html=form.html(reference, leaving),
            sender_name=form.station,
            thread=form.thread,
            url=form.url(reference, leaving),
            first=claimed.wording is Wording.FIRST,
            headers=form.headers(reference, leaving),
            personal=(reference, leaving) if leaving else (reference,),
            prompt=form.prompt,
        )
        return Rendered(message, form.level, form.segments)

    def _form(self, message_id: int, reader: "_Reader") -> "_Form":
        forms = self._forms[message_id]
        if reader not in forms:
            row = self._rows[message_id]
            if row["kind"] == service.KIND:
                letter = service.opened(row, self._keyring)
                forms[reader] = _service_form(row, letter, self._links, reader)
            else:
                forms[reader] = _form(_Speaking(row), self._catalogue, self._links, reader)
        return forms[reader]

    def _address(self, claimed: Claimed) -> str:
        context = endpoint_context(claimed.endpoint_id, claimed.channel)
        return self._keyring.open(claimed.address, claimed.key_id, context).decode()

    def _leaving(self, claimed: Claimed) -> str:
        """By which an endpoint leaves; it does not lapse (no delivery has message 0)."""
        return self._keyring.code(delivery_number(0, claimed.endpoint_id))


class _Reader(NamedTuple):
    """`new`: it is the first word to somebody taken over from a list: that of another station that they follow, or ours ("")."""

    locale: str
    wording: Wording
    channel: Channel
    new: bool = False
    follows: str = ""


_Blank: TypeAlias = Callable[[str, str], str]
"""A text with blanks: given a delivery's code and its reader's code for leaving, the text without."""


class _Speaking:
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
class _Form:
    """A message but for its reader."""

    station: str
    level: Level
    channel: str
    thread: str
    subject: str
    segments: int
    leaves: bool
    prompt: str
    text: _Blank
    html: _Blank
    url: _Blank
    headers: Callable[[str, str], Mapping[str, str]]


def _form(speaking: _Speaking, catalogue: Catalogue, links: Links, reader: _Reader) -> _Form:
    locale, wording, channel, new, follows = reader
    speech, sms = speaking.speech, channel is Channel.SMS
    leaving, link = links.leaving(LEAVING, sms=sms), links.alert(CODE, sms=sms)
    said = words(catalogue, speech, locale, wording, short=sms)
    greeting = greet(catalogue, locale, follows or speech.station, leaving) if new else ""
    body = COMPOSERS[channel](Piece(catalogue, speech, said, locale, link, greeting, leaving))
    return _Form(
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


def _service_form(row: Row, letter: service.Letter, links: Links, reader: _Reader) -> _Form:
    """What is said to one person: its words are there, in their language."""
    channel = reader.channel
    speaker = row["station_name"] or letter.speaker
    html = note(speaker, letter.subject, letter.text, reader.locale) if channel is Channel.EMAIL else ""
    return _Form(
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


def _new(claimed: Claimed) -> bool:
    return not (claimed.greeted or claimed.proven)


def _blank(text: str) -> _Blank:
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
