"""What an organisation asked, as the beginning of its mairie's own message: shown while the subject is chosen, then in the form."""

import re
from typing import Final

from alertd.stations import requests
from alertd.stations.requests import Request
from alertd.web.rooms import Rooms
from alertd.web.visits import Visit
from alertd.web.writing.compose_form import ComposeForm

_SENTENCE: Final = re.compile(r"(.*?[.!?…])(?:\s+|$)(.*)", re.DOTALL)


async def asked(rooms: Rooms, here: Visit, said: str) -> Request | None:
    """The request that a page's address names; None where it names none. :raises Missing: `request_unknown`: it is not this mairie's."""
    if not (said.isascii() and said.isdigit() and len(said) < 16):
        return None
    return await requests.one(rooms.db, here.station, int(said))


def begun(form: ComposeForm, one: Request, most: int) -> ComposeForm:
    """Its first sentence is the headline, of `most` characters, and what follows the instruction, or beside a subject's own the detail."""
    first, rest = _parted(" ".join(one.words.split()), most)
    where = "body" if form.instruction else "instruction"
    return form.model_copy(update={"words": "free", "headline": first} | ({where: rest} if rest else {}))


def _parted(words: str, most: int) -> tuple[str, str]:
    found = _SENTENCE.match(words)
    first, rest = found.groups() if found else (words, "")
    if len(first) <= most:
        return first.rstrip(".") if not first.endswith("..") else first, rest
    cut = words.rfind(" ", 0, most)
    cut = cut if cut > 0 else most
    return words[:cut], words[cut:].strip()
