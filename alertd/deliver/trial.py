"""Trial: one message, marked as a test, through one gateway to one address, and what the provider says of it.

It is nobody's delivery: its reference decodes to a message that there is not, so that what a provider reports later
moves nothing in the books and is passed over by whoever applies it.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Final

from alertd.clock import Clock
from alertd.deliver.letter import note
from alertd.deliver.raws import context
from alertd.deliver.retry import FINAL
from alertd.keys import Keyring, Unreadable, delivery_number
from alertd.model import Channel, Level
from alertd.store import Database, Row, ids
from gateways.contract import Gateway, Message, Outcome, Receipt

ANSWER_S: Final = 60.0
"""How long the provider has for its answer: drivers have bounds of their own, and shorter ones."""
VALID_S: Final = 600
LOOK_S: Final = 1.0
MOST: Final = 500
"""Raw receipts that are looked through at once."""
_GOOD: Final = frozenset({Outcome.ACCEPTED, Outcome.DELIVERED, Outcome.SEEN})
_OVER: Final = frozenset(FINAL) - {Outcome.ACCEPTED}


@dataclass(frozen=True, slots=True)
class Trial:
    """What the provider answered, and what it said later; None where it said nothing more in time."""

    answer: Receipt
    later: Receipt | None = None

    @property
    def last(self) -> Receipt:
        return self.later or self.answer

    @property
    def passed(self) -> bool:
        return self.last.outcome in _GOOD


@dataclass(frozen=True, slots=True)
class Trier:
    """What a trial needs of the house."""

    db: Database
    clock: Clock
    keyring: Keyring
    public_url: str

    async def run(self, gateway: Gateway, channel: Channel, address: str, wait_s: float) -> Trial:
        """Send it, and wait `wait_s` seconds for a later word where the provider has one."""
        async with self.db.transaction() as tx:
            number = delivery_number(await ids.take(tx, "message"), 0)
        message = _message(self.keyring.code(number), gateway.name, channel, address, self.public_url)
        newest = int((await self.db.fetch("receipts.newest"))[0]["id"])
        answer = await _answer(gateway, message)
        told = gateway.capabilities.polled or gateway.capabilities.receipts
        settled = answer.outcome not in {Outcome.ACCEPTED, Outcome.UNKNOWN}
        if settled or not told or wait_s <= 0:
            return Trial(answer)
        return Trial(
            answer, await self._later(gateway, answer._replace(reference=message.reference), newest, wait_s)
        )

    async def _later(self, gateway: Gateway, answer: Receipt, after: int, wait_s: float) -> Receipt | None:
        """The last word that came within the time; one that nothing can follow ends the wait."""
        word: Receipt | None = None
        until = self.clock.monotonic() + wait_s
        while (left := until - self.clock.monotonic()) > 0 and (word is None or word.outcome not in _OVER):
            await self.db.wait("receipts", min(LOOK_S, left))
            asked = await _asked(gateway, answer.reference, left) if gateway.capabilities.polled else None
            after, read = await self._brought(gateway.name, answer, after)
            word = read or asked or word
        return word

    async def _brought(self, gateway: str, answer: Receipt, after: int) -> tuple[int, Receipt | None]:
        """What a running node was called back with meanwhile, and up to where it was looked for."""
        word = None
        for row in await self.db.fetch("receipts.since", gateway, after, MOST):
            after, word = int(row["id"]), _heard_in(self.keyring, row, answer) or word
        return after, word


def _heard_in(keyring: Keyring, row: Row, answer: Receipt) -> Receipt | None:
    """The last word about our message in a raw receipt, by its reference or by the provider's own name for it."""
    try:
        plain = keyring.open(bytes(row["raw"]), row["key_id"], context(row["gateway"]))
    except Unreadable:
        return None
    word = None
    for reference, outcome, code, provider_ref in json.loads(plain)["receipts"]:
        if reference == answer.reference or (not reference and provider_ref in answer.names):
            word = Receipt(answer.reference, Outcome(outcome), code=code, provider_ref=provider_ref)
    return word


def _message(reference: str, name: str, channel: Channel, address: str, public_url: str) -> Message:
    """A warning, since a provider may hold an information until Monday; it says that it is none, first and last."""
    said = f"Message d'essai d'alertd par la passerelle {name}, demandé par l'administrateur."
    text = f"ESSAI. {said} Aucun danger, rien à faire. ESSAI."
    subject = "ESSAI : message d'essai d'alertd"
    return Message(
        reference=reference,
        address=address,
        text=text,
        level=Level.WARNING.word,
        locale="fr",
        expires_in_s=VALID_S,
        channel=channel.word,
        subject=subject,
        html=note("alertd", subject, text, "fr"),
        sender_name="alertd",
        thread=f"essai-{reference}",
        url=public_url,
    )


async def _answer(gateway: Gateway, message: Message) -> Receipt:
    """The one receipt that the contract promises; silence where it does not come."""
    try:
        async with asyncio.timeout(ANSWER_S):
            async for receipt in gateway.send([message]):
                return receipt
    except TimeoutError:
        pass
    return Receipt(message.reference, Outcome.UNKNOWN, "no_receipt")


async def _asked(gateway: Gateway, reference: str, left_s: float) -> Receipt | None:
    try:
        async with asyncio.timeout(max(left_s, LOOK_S)):
            found = await gateway.look_up([reference])
    except TimeoutError:
        return None
    return next((each for each in found if each.reference == reference), None)
