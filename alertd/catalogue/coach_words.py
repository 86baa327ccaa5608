"""Reads config/coach.toml: what the coach recognises in a message."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import Field

from alertd.catalogue.coaching import Coaching, fold
from alertd.catalogue.files import Reply, Table, read_file
from alertd.catalogue.nouns import Phrase


class _Elements(Table):
    hazard: tuple[Reply, ...] = Field(max_length=500)
    place: tuple[Reply, ...] = Field(max_length=500)
    instruction: tuple[Reply, ...] = Field(max_length=500)


class _Vague(Table):
    words: tuple[Reply, ...] = Field(max_length=500)


class _CoachFile(Table):
    elements: _Elements
    days: dict[Reply, int]
    vague: _Vague


def read_coaching(folder: Path, french: Mapping[str, Phrase]) -> Coaching:
    """The lists, and the words of the book's own hazards."""
    file = read_file(folder / "coach.toml", _CoachFile)
    hazards = (fold(phrase.text) for key, phrase in french.items() if key.startswith("hazard."))
    own = (word for hazard in hazards for word in re.findall(r"[a-z]{5,}", hazard))
    return Coaching(
        hazard=(*file.elements.hazard, *own),
        place=file.elements.place,
        instruction=file.elements.instruction,
        days=MappingProxyType(file.days),
        vague=file.vague.words,
    )
