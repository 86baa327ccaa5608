"""Render: one event's words, adapted to a channel and made personal. Built once per kind of reader, then only addressed."""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from alertd.catalogue import Catalogue
from alertd.clock import SECOND
from alertd.deliver import service
from alertd.deliver.claimed import Claimed
from alertd.deliver.forms import PROBE, Form, Reader, Speaking, event_form, probe_form, service_form
from alertd.keys import Keyring, delivery_number, endpoint_context
from alertd.model import Channel, Level, Wording
from alertd.publish.links import Links
from alertd.store import Database, Row
from gateways.contract import Message

KEPT: Final = 200
"""Messages whose words are kept at hand: more than are ever under way at once on one node."""

WITHHELD: Final = "…"
MOMENT_S: Final = 0.01
"""A shorter wait is none."""


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
        self._forms: dict[int, dict[Reader, Form]] = {}

    async def prepare(self, claimed: Sequence[Claimed]) -> list[str]:
        """Have the events of these deliveries at hand; their references, in order.

        :raises alertd.errors.Unavailable: the store is away, and with it the words.
        """
        await self._have({each.message_id for each in claimed})
        return self._keyring.codes([delivery_number(each.message_id, each.endpoint_id) for each in claimed])

    async def spoken(self, message_id: int, locale: str, wording: Wording) -> Spoken:
        """What a call says of a message that there is. :raises alertd.errors.Unavailable: the store is away."""
        await self._have({message_id})
        form = self._form(message_id, Reader(locale, wording, Channel.VOICE))
        return Spoken(form.text("", ""), form.prompt, form.thread, form.station)

    async def said(
        self, message_id: int, locale: str, wording: Wording, channel: Channel, code: str
    ) -> tuple[str, str]:
        """Subject and text of a delivery of a message that there is, as it left; its reader's way out is theirs alone, and
        withheld. :raises alertd.errors.Unavailable: the store is away.
        """
        await self._have({message_id})
        form = self._form(message_id, Reader(locale, wording, channel))
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
        reader = Reader(claimed.locale, claimed.wording, claimed.channel, _new(claimed), claimed.follows)
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
            silent=form.silent,
        )
        return Rendered(message, form.level, form.segments)

    def _form(self, message_id: int, reader: Reader) -> Form:
        forms = self._forms[message_id]
        if reader not in forms:
            row = self._rows[message_id]
            if row["kind"] == service.KIND:
                letter = service.opened(row, self._keyring)
                forms[reader] = service_form(row, letter, self._links, reader)
            elif row["kind"] == PROBE:
                forms[reader] = probe_form(row, self._catalogue, self._links, reader)
            else:
                forms[reader] = event_form(Speaking(row), self._catalogue, self._links, reader)
        return forms[reader]

    def _address(self, claimed: Claimed) -> str:
        context = endpoint_context(claimed.endpoint_id, claimed.channel)
        return self._keyring.open(claimed.address, claimed.key_id, context).decode()

    def _leaving(self, claimed: Claimed) -> str:
        """By which an endpoint leaves; it does not lapse (no delivery has message 0)."""
        return self._keyring.code(delivery_number(0, claimed.endpoint_id))


def _new(claimed: Claimed) -> bool:
    return not (claimed.greeted or claimed.proven)
