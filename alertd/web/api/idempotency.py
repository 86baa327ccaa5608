"""`Idempotency-Key`: whoever heard no answer asks again and gets the answer that was given, not the deed twice.

The store remembers a claim before the work and the answer after it, for a day, across restarts.
https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from aiohttp import web

from alertd.clock import DAY, MINUTE, Clock
from alertd.errors import Conflict, Malformed, Refused
from alertd.store.database import Database
from alertd.web.api import documents

HEADER: Final = "Idempotency-Key"
KEPT_MS: Final = DAY
ABANDONED_MS: Final = MINUTE
"""A claim without an answer for so long belongs to a process that died: no request works for a minute."""

_KEY: Final = re.compile(r"[!-~](?:[ -~]{0,198}[!-~])?")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given; `content_type` follows from the status, since every error is a problem."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A program's key for one request."""

    api_key: int
    key: str
    request_hash: bytes
    at: int


async def once(
    request: web.Request,
    api_key: int,
    db: Database,
    clock: Clock,
    work: Callable[[], Awaitable[Kept]],
) -> Kept:
    """The answer of `work`, or the one it gave before to the same request under the same key.

    Too often (429) or a fault of ours (500 or more) is not kept: that request may be made again.

    :raises Malformed: `invalid_idempotency_key`.
    :raises Refused: `idempotency_mismatch`: the key was used for another request.
    :raises Conflict: `idempotency_under_way`: the first request has not been answered yet.
    """
    claim = Claim(api_key, _key(request), await _request_hash(request), clock.now_ms())
    if not await _claimed(db, claim):
        return await _earlier(db, claim)
    try:
        kept = await work()
    except BaseException:
        await _let_go(db, claim)
        raise
    await _settle(db, claim, kept)
    return kept


def _key(request: web.Request) -> str:
    key = request.headers[HEADER]
    if not _KEY.fullmatch(key):
        raise Malformed("invalid_idempotency_key", f"{HEADER} holds 1 to 200 visible ASCII characters.")
    return key


async def _request_hash(request: web.Request) -> bytes:
    head = f"{request.method}\n{request.raw_path}\n".encode()
    return hashlib.sha256(head + await documents.body(request)).digest()


async def _claimed(db: Database, claim: Claim) -> bool:
    async with db.transaction() as tx:
        await tx.execute("idempotency.forget_old", claim.api_key, claim.at - KEPT_MS)
        rows = await tx.fetch(
            "idempotency.claim",
            claim.api_key,
            claim.key,
            claim.request_hash,
            claim.at,
            claim.at - KEPT_MS,
            claim.at - ABANDONED_MS,
        )
    return bool(rows)


async def _earlier(db: Database, claim: Claim) -> Kept:
    rows = await db.fetch("idempotency.find", claim.api_key, claim.key)
    if rows and bytes(rows[0]["request_hash"]) != claim.request_hash:
        raise Refused("idempotency_mismatch", f"This {HEADER} was used for another request: take a new one.")
    if not rows or rows[0]["status"] is None:
        raise Conflict("idempotency_under_way", "The first request is still being answered: ask again.")
    return Kept(rows[0]["status"], rows[0]["body"])


async def _settle(db: Database, claim: Claim, kept: Kept) -> None:
    if kept.status == HTTPStatus.TOO_MANY_REQUESTS or kept.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        await _let_go(db, claim)
        return
    async with db.transaction() as tx:
        await tx.execute(
            "idempotency.keep_answer", claim.api_key, claim.key, claim.at, kept.status, kept.body
        )


async def _let_go(db: Database, claim: Claim) -> None:
    async with db.transaction() as tx:
        await tx.execute("idempotency.let_go", claim.api_key, claim.key, claim.at)
