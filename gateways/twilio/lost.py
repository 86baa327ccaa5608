"""Messages whose answer was lost, looked for in Twilio's list.

Twilio keeps no reference of ours, so it is asked for the newest messages to the same number. One is taken for ours only
where it says the very same text and was made since we posted it: then the person has this text, whichever try it was.
What is not found is not said to be lost, since the list may lag: nothing is told of it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlencode

from gateways.contract import Message, Outcome, Receipt
from gateways.http import Lost, Unsent
from gateways.twilio.verdict import read, reported
from gateways.twilio.wire import Wire

MOST: Final = 1_000  # messages remembered, the newest; what a node had in flight when a line broke is fewer
NEWEST: Final = 20  # of a number's messages that are looked at
_SLACK_MS: Final = (
    120_000  # by how much our clock and Twilio's may differ; an alert's next text is another one
)


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted, to whom, and when at the latest, in UTC ms."""

    address: str
    text: str
    at_ms: int


class Memory:
    """What this process lost. Another node's losses, and those before a restart, are not known here."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._posted: dict[str, Posted] = {}

    def remember(self, message: Message) -> None:
        """Keep what is needed to recognise a message whose answer was lost just now."""
        self._posted.pop(message.reference, None)
        self._posted[message.reference] = Posted(message.address, message.text, self._now_ms())
        if len(self._posted) > MOST:
            del self._posted[next(iter(self._posted))]

    async def look_up(self, references: Sequence[str], wire: Wire, messages_url: str) -> Sequence[Receipt]:
        """A receipt for each that is found; one question for each number, the wire's connections bound how many at once."""
        known = {reference: self._posted[reference] for reference in references if reference in self._posted}
        asked = (self._ask(reference, posted, wire, messages_url) for reference, posted in known.items())
        found = [receipt for receipt in await asyncio.gather(*asked) if receipt is not None]
        for receipt in found:
            if receipt.outcome is not Outcome.ACCEPTED:
                self._posted.pop(receipt.reference, None)
        return found

    async def _ask(self, reference: str, posted: Posted, wire: Wire, messages_url: str) -> Receipt | None:
        try:
            answer = await wire.get(
                f"{messages_url}?{urlencode({'To': posted.address, 'PageSize': str(NEWEST)})}"
            )
        except (Unsent, Lost):
            return None
        listed = read(answer.text).get("messages") if answer.status_code == 200 else None
        for each in listed[:NEWEST] if isinstance(listed, list) else ():
            if isinstance(each, dict) and _is(each, posted):
                sid, status = str(each.get("sid", ""))[:64], str(each.get("status", ""))
                receipt = reported(reference, status, each.get("error_code"), sid)
                return None if receipt.outcome is Outcome.UNKNOWN else receipt
        return None


def _is(listed: Mapping[str, Any], posted: Posted) -> bool:
    """A trial account's text begins with a sentence of Twilio's own."""
    text, made = str(listed.get("body", "")).strip(), _ms(listed.get("date_created"))
    return (
        listed.get("to") == posted.address
        and text.endswith(posted.text.strip())
        and bool(posted.text.strip())
        and made is not None
        and made > posted.at_ms - _SLACK_MS
    )


def _ms(date: object) -> int | None:
    """UTC ms of a date as e-mail writes it (RFC 2822), which is how Twilio does."""
    try:
        return round(parsedate_to_datetime(str(date)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
