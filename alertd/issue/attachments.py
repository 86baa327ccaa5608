"""Pictures and PDFs beside a message's words: brought, cleaned in a process apart, kept by content, dropped with their alert.

A file is brought first, and named by its digest in the alert that shows it. It stays as long as an alert shows it; one that
no alert has is dropped a day after it was brought.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final
from weakref import WeakKeyDictionary

from alertd.clock import DAY, Clock
from alertd.errors import Conflict, Refused, TooLarge, TooOften, Unavailable
from alertd.issue.desk import Desk
from alertd.model import Actor, Attachment, Content, Station
from alertd.stations import audit, throttle
from alertd.store import Database, Transaction, ids

AN_HOUR: Final = 60
"""Files that one person or program may bring in an hour."""

CLEANING_S: Final = 60.0
"""On a machine that has other things to do; the process itself may take 20 seconds of a processor."""

AT_ONCE: Final = 2

_SENTENCES: Final[Mapping[str, str]] = {
    "attachment_type": "Ce fichier n'est ni une image (JPEG, PNG, WebP) ni un PDF : joignez-en un autre.",
    "attachment_unreadable": "Ce fichier est abîmé ou trop compliqué : enregistrez-le de nouveau, puis joignez-le.",
    "attachment_pixels": "Cette image est trop grande : réduisez-la à moins de 60 millions de pixels.",
    "attachment_encrypted": "Ce PDF est protégé par un mot de passe : enregistrez-le sans protection.",
    "attachment_acts": "Ce PDF contient un programme, un formulaire ou un fichier joint : imprimez-le en PDF simple.",
    "attachment_pages": "Ce PDF n'a pas de page, ou en a plus de cent : joignez un document plus court.",
}
_SEEN_BY_CHILD: Final = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT")
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that was brought, as it is kept; `again`: it was there already."""

    digest: str
    kind: str
    size: int
    width: int
    height: int
    again: bool


@dataclass(frozen=True, slots=True)
class File:
    """What is shown: a media type and bytes."""

    kind: str
    body: bytes


async def bring(desk: Desk, actor: Actor, station: Station, raw: bytes) -> Brought:
    """Clean a file and keep it for the station.

    :raises TooLarge: `attachment_too_large`. :raises Refused: `attachment_empty`, `attachments_off` or a word of
        `alertd.publish.clean`. :raises TooOften: `attachments_too_often`. :raises Unavailable: `attachment_busy`.
    """
    _check_size(desk, raw)
    await _take_turn(desk, actor)
    kind, body, width, height = await _cleaned(raw)
    _check_size(desk, body)
    digest, now = sha256(body).hexdigest(), desk.clock.now_ms()
    async with desk.db.transaction() as tx:
        known = await tx.fetch("attachments.known", station.id, digest)
        id_ = await ids.take(tx, "attachment")
        await tx.execute(
            "attachments.add", id_, station.id, digest, kind, body, width, height, actor.name, now
        )
        detail = {"kind": kind, "bytes": len(body)}
        await audit.append(
            tx, desk.clock, station.id, actor.name, "attachment.add", f"attachment:{digest[:16]}", detail
        )
    return Brought(digest, kind, len(body), width, height, bool(known))


async def named(db: Database, station_id: int, digest: str, alt: str) -> Attachment:
    """The station's file of that digest, as a message shows it.

    :raises Refused: `attachment_unknown`: never brought, or dropped since.
    """
    found = await find(db, station_id, digest, alt)
    if found is None:
        raise Refused("attachment_unknown", "Ce fichier n'est plus là : joignez-le de nouveau.")
    return found


async def find(db: Database, station_id: int, digest: str, alt: str) -> Attachment | None:
    """The same; None where it is unknown."""
    rows = await db.fetch("attachments.known", station_id, digest)
    if not rows:
        return None
    return Attachment(digest, rows[0]["kind"], alt, rows[0]["width"], rows[0]["height"])


async def complete(db: Database, station_id: int, content: Content) -> Content:
    """The content with what the store knows of each file that it names by digest and words.

    :raises Refused: `attachment_unknown`, pointing at the file.
    """
    found = []
    for place, one in enumerate(content.attachments):
        try:
            found.append(await named(db, station_id, one.digest, one.alt))
        except Refused as error:
            fields = {f"attachments.{place}.digest": error.message}
            raise Refused(error.code, error.message, fields=fields) from None
    return replace(content, attachments=tuple(found))


async def keep(tx: Transaction, station_id: int, alert_id: int, content: Content) -> None:
    """Note what the thread shows from now on, and nothing else.

    :raises Conflict: `attachment_unknown`: it was dropped meanwhile.
    """
    await tx.execute("attachments.let_go", alert_id)
    for one in content.attachments:
        if not await tx.execute("attachments.keep", alert_id, station_id, one.digest):
            raise gone()


async def hold(tx: Transaction, clock: Clock, station_id: int, content: Content) -> None:
    """Let the station's files stay for as long as another may answer about them. Raises as `keep`."""
    for one in content.attachments:
        if not await tx.execute("attachments.freshen", station_id, one.digest, clock.now_ms()):
            raise gone()


async def copy(tx: Transaction, clock: Clock, actor: Actor, source_id: int, content: Content) -> None:
    """Give the actor's station the files of a content that `source_id` wrote. Raises as `keep`."""
    for one in content.attachments:
        id_, to = await ids.take(tx, "attachment"), (actor.name, clock.now_ms())
        if not await tx.execute("attachments.copy", id_, actor.station_id, source_id, one.digest, *to):
            raise gone()


def gone() -> Conflict:
    """It was dropped meanwhile."""
    return Conflict("attachment_unknown", "Un fichier joint n'est plus là : joignez-le de nouveau.")


async def own(db: Database, station_id: int, digest: str) -> File | None:
    """A station's file, for whoever may see it."""
    rows = await db.fetch("attachments.body", station_id, digest)
    return File(rows[0]["kind"], bytes(rows[0]["body"])) if rows else None


async def shown_to_all(db: Database, digest: str) -> File | None:
    """A file that an alert shows to everyone; None for a group's, a private station's, a draft's."""
    rows = await db.fetch("attachments.shown_to_all", digest)
    return File(rows[0]["kind"], bytes(rows[0]["body"])) if rows else None


async def purge(tx: Transaction, now: int) -> int:
    """Drop the files that no alert has, a day after they were brought; how many."""
    return await tx.execute("attachments.purge", now - DAY)


def _check_size(desk: Desk, raw: bytes) -> None:
    limits = desk.settings.limits
    if not limits.attachments:
        raise Refused("attachments_off", "Les fichiers joints ne sont pas admis ici ([limits] attachments).")
    if not raw:
        raise Refused("attachment_empty", "Ce fichier est vide : joignez-en un autre.")
    if len(raw) > limits.attachment_bytes:
        most = limits.attachment_bytes // 1_000_000
        raise TooLarge("attachment_too_large", f"Ce fichier est trop lourd : {most} Mo au plus.")


async def _take_turn(desk: Desk, actor: Actor) -> None:
    bucket = throttle.Bucket(f"attach:{actor.station_id}:{actor.name}", AN_HOUR / 3600, AN_HOUR)
    async with desk.db.transaction() as tx:
        wait = await throttle.take(tx, desk.clock, bucket)
    if wait:
        said = f"Trop de fichiers en une heure. Attendez {round(wait)} secondes, puis recommencez."
        raise TooOften("attachments_too_often", said, retry_after_s=wait)


async def _cleaned(raw: bytes) -> tuple[str, bytes, int, int]:
    """In a process of its own, which knows neither our keys nor our store; two at once, however many are brought."""
    loop = asyncio.get_running_loop()
    async with _turns.setdefault(loop, asyncio.Semaphore(AT_ONCE)):
        told, _, body = (await _asked(raw)).partition(b"\n")
    answer: dict[str, Any] = json.loads(told) if told else {"code": "attachment_unreadable"}
    if code := answer.get("code"):
        raise Refused(code, _SENTENCES[code])
    return answer["kind"], body, answer["width"], answer["height"]


async def _asked(raw: bytes) -> bytes:
    """What the process says; nothing where it was stopped, for its memory or its time."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "alertd.publish.clean"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: os.environ[name] for name in _SEEN_BY_CHILD if name in os.environ},
    )
    try:
        async with asyncio.timeout(CLEANING_S):
            told, _ = await child.communicate(raw)
    except TimeoutError:
        said = "Ce fichier demande trop de temps : joignez-en un plus simple, ou réessayez plus tard."
        raise Unavailable("attachment_busy", said) from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return told if child.returncode == 0 else b""
