"""A spoken code: whoever has nothing but calls is told one on the telephone, and opens by it what is kept about them.

No key in the call opens anything: a stranger may have asked, and whoever picks up would open it for them. The code must be typed on
the page that asked, so the telephone has to be at hand. Between 9 and 19 h, once a day; asked for at night, nothing rings.
"""

import hmac
import secrets
from typing import Final

from alertd.clock import DAY, MINUTE
from alertd.deliver.service import House, Limit, Note, Purpose, Written, service
from alertd.keys import delivery_number
from alertd.model import Station
from alertd.stations import throttle
from alertd.store.database import Transaction
from alertd.subscribe.own_word import ACTOR
from alertd.subscribe.quiet_calls import may_ring_at

WITHIN_MS: Final = 15 * MINUTE
TRIES: Final = 5
THREAD: Final = "my-code"
ONCE: Final = Limit(THREAD, 1, DAY)


async def ring(tx: Transaction, house: House, station: Station, endpoint: int, per_day: int) -> str:
    """Have the number called; the bell to ring, empty where it may not ring now. Who asked is told the same either way."""
    now = house.clock.now_ms()
    if may_ring_at(now, station.timezone) != now:
        return ""
    if not await throttle.code_of_the_day(tx, house.clock, station.id, per_day):
        return ""
    code = f"{secrets.randbelow(1_000_000):06d}"
    note = Note(
        "voice.my_code",
        {"code": ", ".join(code)},
        Purpose.PREFERENCES,
        station_id=station.id,
        within_ms=WITHIN_MS,
        thread=THREAD,
        actor=ACTOR,
        limit=ONCE,
        prompt="voice.my_code_keys",
    )
    written = await service(tx, house, endpoint, note)
    if not isinstance(written, Written):
        return ""
    hashed = house.keyring.address_hash("code", _named(endpoint, code))
    await tx.execute("spoken.keep", endpoint, written.message_id, hashed, now)
    return written.bell


async def typed(tx: Transaction, house: House, endpoint: int, code: str, lasts_ms: int) -> str:
    """The link that the code opens, as its last part; empty for a wrong one, one too old, and after five tries."""
    since = house.clock.now_ms() - lasts_ms
    if not await tx.execute("spoken.try", endpoint, TRIES, since):
        return ""
    [row] = await tx.fetch("spoken.of_endpoint", endpoint)
    kept = bytes(row["secret_hash"])
    hashes = house.keyring.address_hashes("code", _named(endpoint, code))
    right = [hmac.compare_digest(one, kept) for one in hashes]
    if not any(right):
        return ""
    return house.keyring.code(delivery_number(row["message_id"], endpoint))


def _named(endpoint: int, code: str) -> str:
    return f"my-code:{endpoint}:{code}"
