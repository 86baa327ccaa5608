"""Rehearsal: what the sandbox gateway was given, kept for the page that shows it."""

import json
from collections.abc import Sequence
from typing import Final

from alertd.store import Database, ids
from gateways.contract import Message
from gateways.tongues import shown

KEPT: Final = 2_000
"""Messages the page can look back on; older ones are dropped with each new batch."""


async def keep(db: Database, gateway: str, messages: Sequence[Message]) -> None:
    """Keep a batch as it was said, the newest 2,000 in all. Invented people only: the sandbox never meets others."""
    async with db.transaction() as tx:
        first = await ids.take(tx, "sandbox", len(messages))
        rows = [
            (first + n, gateway, message.channel, message.address, _content(message))
            for n, message in enumerate(messages)
        ]
        await tx.execute_many("sandbox.add", rows)
        await tx.execute("sandbox.purge", KEPT)
    db.ring("sandbox")


def _content(message: Message) -> str:
    said = {
        "subject": message.subject,
        "text": shown(message.text),
        "level": message.level,
        "locale": message.locale,
        "sender": message.sender_name,
        "url": message.url,
    }
    return json.dumps(said, ensure_ascii=False)
