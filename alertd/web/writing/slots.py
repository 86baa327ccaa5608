"""The three places of the form where a picture or a PDF is brought: which file is there, and what it shows in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from aiohttp import web
from multidict import MultiMapping

from alertd.errors import AlertdError, Refused
from alertd.issue import attachments
from alertd.issue.check import MOST_ALT, unseen, visible
from alertd.model import Attachment
from alertd.store import Database
from alertd.web.rooms import Rooms
from alertd.web.visits import Visit
from alertd.web.writing.compose_form import ComposeForm, Fault, Reading, Surroundings

SLOTS: Final = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Taken:
    """The form with the files that came with it in their places, and a sentence for each that was refused."""

    form: ComposeForm
    errors: Mapping[str, str]

    def check(self) -> None:
        """:raises Refused: `files_refused`, with a sentence beside each."""
        if self.errors:
            sentence = "Un fichier n'a pas été pris : voyez la ligne en rouge."
            raise Refused("files_refused", sentence, fields=self.errors)


async def take(rooms: Rooms, here: Visit, form: ComposeForm, posted: MultiMapping[Any]) -> Taken:
    """Keep the files of a posted form: what was brought stays brought, whatever else is to be mended."""
    fields, errors = dict[str, str](), dict[str, str]()
    for slot in SLOTS[: rooms.settings.limits.attachments]:
        if posted.get(f"drop{slot}") == "on":
            fields |= {f"kept{slot}": "", f"alt{slot}": ""}
        file = posted.get(f"file{slot}")
        if isinstance(file, web.FileField):
            try:
                done = await attachments.bring(rooms.desk, here.actor, here.station, file.file.read())
                fields[f"kept{slot}"] = done.digest
            except AlertdError as error:
                errors[f"file{slot}"] = error.message
    return Taken(form.model_copy(update=fields), errors)


async def files(db: Database, station_id: int, form: ComposeForm) -> dict[str, Attachment]:
    """What the station has of the files that a form names, by digest."""
    digests = {_digest(form, slot) for slot in SLOTS} - {""}
    return {
        digest: found
        for digest in digests
        if (found := await attachments.find(db, station_id, digest[:64], "")) is not None
    }


def attached(form: ComposeForm, around: Surroundings) -> Iterator[Attachment]:
    """The files of a form, in their order, with their words."""
    for slot in SLOTS:
        if file := around.files.get(_digest(form, slot)):
            yield replace(file, alt=_alt(form, slot))


def described(slot: int) -> Reading:
    """A file that was brought and is still there, with its words."""

    def read(form: ComposeForm, around: Surroundings) -> str:
        digest, alt = _digest(form, slot), _alt(form, slot)
        if digest and digest not in around.files:
            raise Fault("Ce fichier n'est plus là : joignez-le de nouveau.")
        if digest and (not visible(alt) or unseen(alt) or "\n" in alt):
            raise Fault("Décrivez en quelques mots ce qu'il montre, pour ceux qui ne le voient pas.")
        if len(alt) > MOST_ALT:
            raise Fault(f"Cette description a {len(alt)} caractères : gardez-en {MOST_ALT} au plus.")
        return alt

    return read


def kept(shown: Sequence[Attachment]) -> dict[str, str]:
    """The form's fields of a content's files."""
    digests = {f"kept{slot}": one.digest for slot, one in zip(SLOTS, shown, strict=False)}
    return digests | {f"alt{slot}": one.alt for slot, one in zip(SLOTS, shown, strict=False)}


def _digest(form: ComposeForm, slot: int) -> str:
    return str(getattr(form, f"kept{slot}"))


def _alt(form: ComposeForm, slot: int) -> str:
    return str(getattr(form, f"alt{slot}")).strip()
