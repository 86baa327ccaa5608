"""Render: one event's words, adapted to a channel and made personal. Built once per language, then only addressed."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from alertd.catalogue import Catalogue
from alertd.deliver.claim import Claimed
from alertd.keys import Keyring, delivery_number, endpoint_context
from alertd.model import Act, Channel, Level, Wording
from alertd.publish.wording import Speech, Words, greet, join, sentence, sms_text, when, words
from alertd.store import Database, Row
from alertd.store.contents import loads
from gateways.contract import Message
from gateways.text import segments

KEPT: Final = 200
"""Messages whose words are kept at hand: more than are ever under way at once on one node."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready for a gateway, and what it costs a sender that counts segments."""

    message: Message
    level: Level
    segments: int


class Renderer:
    """Words by (message, language, wording, channel), kept for the latest messages; links and addresses by delivery."""

    def __init__(self, db: Database, catalogue: Catalogue, keyring: Keyring, public_url: str) -> None:
        self._db = db
        self._catalogue = catalogue
        self._keyring = keyring
        self._public_url = public_url
        self._speeches: OrderedDict[int, _Speech] = OrderedDict()

    async def render(self, claimed: Claimed, now: int) -> Rendered:
        """The message of one delivery. :raises alertd.keys.Unreadable: its address cannot be opened."""
        speech = await self._speech(claimed.message_id)
        said = speech.words(self._catalogue, claimed)
        reference = self._keyring.code(delivery_number(claimed.message_id, claimed.endpoint_id))
        link = f"{self._public_url}/a/{reference}"
        # Making a link is a quarter of an SMS's rendering: only a letter says at its foot how to leave.
        leaving = self._leaving(claimed) if claimed.channel is Channel.EMAIL else ""
        body = _COMPOSERS[claimed.channel](
            _Piece(speech.speech, said, link, self._greeting(speech, claimed), leaving)
        )
        message = Message(
            reference=reference,
            address=self._address(claimed),
            text=body.text,
            level=speech.level.word,
            locale=claimed.locale,
            expires_in_s=max(1, (speech.deliver_by - now) // 1000),
            channel=claimed.channel.word,
            subject=body.subject,
            html=body.html,
            sender_name=speech.speech.station,
            thread=f"alert-{speech.alert_id}",
            url=link,
            first=claimed.wording is Wording.FIRST,
            headers=self._headers(claimed),
        )
        return Rendered(message, speech.level, segments(body.text) if claimed.channel is Channel.SMS else 1)

    async def _speech(self, message_id: int) -> "_Speech":
        if message_id not in self._speeches:
            self._speeches[message_id] = _Speech((await self._db.fetch("messages.speech", message_id))[0])
            while len(self._speeches) > KEPT:
                self._speeches.popitem(last=False)
        return self._speeches[message_id]

    def _address(self, claimed: Claimed) -> str:
        context = endpoint_context(claimed.endpoint_id, claimed.channel)
        return self._keyring.open(claimed.address, claimed.key_id, context).decode()

    def _leaving(self, claimed: Claimed) -> str:
        """The link by which an endpoint leaves; it does not lapse (no delivery has message 0)."""
        return f"{self._public_url}/partir/{self._keyring.code(delivery_number(0, claimed.endpoint_id))}"

    def _headers(self, claimed: Claimed) -> dict[str, str]:
        """An e-mail's own way out, for the mailbox's button (RFC 2369, RFC 8058)."""
        if claimed.channel is not Channel.EMAIL:
            return {}
        return {
            "List-Unsubscribe": f"<{self._leaving(claimed)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }

    def _greeting(self, speech: "_Speech", claimed: Claimed) -> str:
        """Whoever was taken over from a list is told once who writes, and how to leave."""
        if claimed.greeted or claimed.proven:
            return ""
        return greet(self._catalogue, claimed.locale, speech.speech.station, self._leaving(claimed))


class _Speech:
    """An event as it is being said, with the words already found for each kind of reader."""

    def __init__(self, row: Row) -> None:
        content = loads(row["content"])
        self.level = content.level
        self.deliver_by: int = row["deliver_by"]
        self.alert_id: int = row["alert_id"]
        self.speech = Speech(
            station=row["station_name"],
            timezone=row["timezone"],
            locale=row["locale"],
            act=Act(row["act"]),
            content=content,
            expires=row["expires"],
        )
        self._words: dict[tuple[str, Wording, bool], Words] = {}

    def words(self, catalogue: Catalogue, claimed: Claimed) -> Words:
        short = claimed.channel is Channel.SMS
        key = (claimed.locale, claimed.wording, short)
        if key not in self._words:
            self._words[key] = words(catalogue, self.speech, claimed.locale, claimed.wording, short=short)
        return self._words[key]


@dataclass(frozen=True, slots=True)
class _Piece:
    """All that one reader's message is made of. `foot` says how to leave, and to whoever is new, who writes."""

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
