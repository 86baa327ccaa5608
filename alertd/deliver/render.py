"""Render: one event's words, adapted to a channel and made personal. Built once per kind of reader, then only addressed."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, TypeAlias

from alertd.catalogue import Catalogue
from alertd.deliver.claim import Claimed
from alertd.keys import CODE_LENGTH, Keyring, delivery_number, endpoint_context
from alertd.model import Act, Channel, Level, Wording
from alertd.publish.wording import Speech, Words, greet, join, sentence, sms_text, when, words
from alertd.store import Database, Row
from alertd.store.contents import loads
from gateways.contract import Message
from gateways.text import segments

KEPT: Final = 200
"""Messages whose words are kept at hand: more than are ever under way at once on one node."""

CODE: Final = "\ue000" * CODE_LENGTH
LEAVING: Final = "\ue001" * CODE_LENGTH
"""Where a form has a delivery's own code, and its reader's: private-use characters, which nobody writes."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready for a gateway, and what it costs a sender that counts segments."""

    message: Message
    level: Level
    segments: int


class Renderer:
    """Forms by (message, language, wording, channel, new or not), kept for the latest messages; codes and addresses by
    delivery.
    """

    def __init__(self, db: Database, catalogue: Catalogue, keyring: Keyring, public_url: str) -> None:
        self._db = db
        self._catalogue = catalogue
        self._keyring = keyring
        self._public_url = public_url
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._forms: dict[int, dict[_Reader, _Form]] = {}

    async def prepare(self, claimed: Sequence[Claimed]) -> list[str]:
        """Have the events of these deliveries at hand; their references, in order.

        :raises alertd.errors.Unavailable: the store is away, and with it the words.
        """
        wanted = {each.message_id for each in claimed}
        while (
            missing := wanted - self._rows.keys()
        ):  # another sender's slice may have pushed some out meanwhile
            await self._learn(missing.pop())
        for message_id in wanted:
            self._rows.move_to_end(message_id)
        while len(self._rows) > max(KEPT, len(wanted)):
            self._forms.pop(self._rows.popitem(last=False)[0])
        return self._keyring.codes([delivery_number(each.message_id, each.endpoint_id) for each in claimed])

    async def _learn(self, message_id: int) -> None:
        self._rows[message_id] = (await self._db.fetch("messages.speech", message_id))[0]
        self._forms[message_id] = {}

    def render(self, claimed: Claimed, reference: str, now: int) -> Rendered:
        """The message of one delivery that was prepared. :raises alertd.keys.Unreadable: its address cannot be opened."""
        form = self._form(claimed)
        leaving = self._leaving(claimed) if form.leaves else ""
        message = Message(
            reference=reference,
            address=self._address(claimed),
            text=form.text(reference, leaving),
            level=form.level.word,
            locale=claimed.locale,
            expires_in_s=max(1, (form.deliver_by - now) // 1000),
            channel=form.channel,
            subject=form.subject,
            html=form.html(reference, leaving),
            sender_name=form.station,
            thread=form.thread,
            url=form.url(reference, leaving),
            first=claimed.wording is Wording.FIRST,
            headers=form.headers(reference, leaving),
        )
        return Rendered(message, form.level, form.segments)

    def _form(self, claimed: Claimed) -> "_Form":
        new = not (claimed.greeted or claimed.proven)
        forms, reader = (
            self._forms[claimed.message_id],
            (claimed.locale, claimed.wording, claimed.channel, new),
        )
        if reader not in forms:
            speaking = _Speaking(self._rows[claimed.message_id])
            forms[reader] = _form(speaking, self._catalogue, self._public_url, reader)
        return forms[reader]

    def _address(self, claimed: Claimed) -> str:
        context = endpoint_context(claimed.endpoint_id, claimed.channel)
        return self._keyring.open(claimed.address, claimed.key_id, context).decode()

    def _leaving(self, claimed: Claimed) -> str:
        """By which an endpoint leaves; it does not lapse (no delivery has message 0)."""
        return self._keyring.code(delivery_number(0, claimed.endpoint_id))


_Reader: TypeAlias = tuple[str, Wording, Channel, bool]
"""Language, wording, channel, and whether it is the first word to somebody taken over from a list."""

_Blank: TypeAlias = Callable[[str, str], str]
"""A text with blanks: given a delivery's code and its reader's code for leaving, the text without."""


class _Speaking:
    """An event as it is being said."""

    def __init__(self, row: Row) -> None:
        content = loads(row["content"])
        self.level = content.level
        self.deliver_by: int = row["deliver_by"]
        self.thread = f"alert-{row['alert_id']}"
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
    deliver_by: int
    subject: str
    segments: int
    leaves: bool
    text: _Blank
    html: _Blank
    url: _Blank
    headers: Callable[[str, str], Mapping[str, str]]


def _form(speaking: _Speaking, catalogue: Catalogue, public_url: str, reader: _Reader) -> _Form:
    locale, wording, channel, new = reader
    speech, leaving = speaking.speech, f"{public_url}/partir/{LEAVING}"
    said = words(catalogue, speech, locale, wording, short=channel is Channel.SMS)
    greeting = greet(catalogue, locale, speech.station, leaving) if new else ""
    link = f"{public_url}/a/{CODE}"
    body = _COMPOSERS[channel](_Piece(speech, said, link, greeting, leaving))
    return _Form(
        station=speech.station,
        level=speaking.level,
        channel=channel.word,
        thread=speaking.thread,
        deliver_by=speaking.deliver_by,
        subject=body.subject,
        segments=segments(_same_length(body.text)) if channel is Channel.SMS else 1,
        leaves=channel is Channel.EMAIL or LEAVING in body.text,
        text=_blank(body.text),
        html=_blank(body.html),
        url=_blank(link),
        headers=_headers(leaving) if channel is Channel.EMAIL else _no_headers,
    )


def _blank(text: str) -> _Blank:
    """Cut at its blanks once: filling them in is then no more than a join."""
    parts = text.split(CODE)
    if LEAVING in text:
        return lambda code, leaving: code.join(parts).replace(LEAVING, leaving)
    return (lambda code, _: code.join(parts)) if len(parts) > 1 else (lambda _code, _leaving: text)


def _same_length(text: str) -> str:
    """As codes of letters and digits would make it: what an operator counts."""
    return text.replace(CODE, "0" * CODE_LENGTH).replace(LEAVING, "0" * CODE_LENGTH)


def _headers(leaving: str) -> Callable[[str, str], Mapping[str, str]]:
    """An e-mail's own way out, for the mailbox's button (RFC 2369, RFC 8058)."""
    return lambda _, code: {
        "List-Unsubscribe": f"<{leaving.replace(LEAVING, code)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _no_headers(_code: str, _leaving: str) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class _Piece:
    """All that one reader's message is made of. `leaving` is the way out, `greeting` says who writes to whoever is new."""

    speech: Speech
    said: Words
    link: str
    greeting: str
    leaving: str


@dataclass(frozen=True, slots=True)
class _Body:
    text: str
    subject: str = ""
    html: str = ""


def _sms(piece: _Piece) -> _Body:
    return _Body(sms_text(piece.speech.station, piece.said, piece.link, piece.greeting))


def _push(piece: _Piece) -> _Body:
    text = piece.said.text
    body = join(text.instruction, text.body, piece.said.closing, mark="\n")
    return _Body(body or piece.said.title, subject=piece.said.signed(piece.speech.station))


def _voice(piece: _Piece) -> _Body:
    said = piece.said
    parts = (said.signed(piece.speech.station), said.text.body, said.text.instruction, said.closing)
    return _Body(join(*(sentence(part) for part in parts), mark=" "))


def _display(piece: _Piece) -> _Body:
    said = piece.said
    return _Body(join(said.title, said.text.instruction, said.closing, mark="\n"), subject=said.title)


def _email(piece: _Piece) -> _Body:
    said, speech = piece.said, piece.speech
    until = when(speech.expires, speech.timezone, speech.locale)
    paragraphs = (said.title, said.text.body, said.text.instruction, said.closing, piece.link)
    foot = piece.greeting or piece.leaving
    return _Body(
        text=join(*paragraphs, f"{speech.station} - {until}", f"-- \n{foot}", said.closing, mark="\n\n"),
        subject=join(
            said.closing, f"[{speech.station}]", join(said.kind, said.text.headline), said.closing, mark=" "
        ),
        html=_html(paragraphs, foot, said.closing),
    )


def _html(paragraphs: tuple[str, ...], foot: str, closing: str) -> str:
    first, *rest = (escape(part).replace("\n", "<br>") for part in paragraphs if part)
    body = "".join(f"<p>{part}</p>" for part in rest)
    style = "font:18px/1.5 sans-serif"
    foot = f"<hr><p><small>{escape(foot)}</small></p>" + (f"<p>{escape(closing)}</p>" if closing else "")
    return f'<!doctype html><html><body style="{style}"><h1>{first}</h1>{body}{foot}</body></html>'


_COMPOSERS: Final[Mapping[Channel, Callable[[_Piece], _Body]]] = {
    Channel.SMS: _sms,
    Channel.PUSH: _push,
    Channel.EMAIL: _email,
    Channel.VOICE: _voice,
    Channel.DISPLAY: _display,
}
