"""Who of an audience reads another language than French: an SMS costs what its own reader's text takes."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from alertd.issue.packed import ALL_ENDPOINTS, WIDTH, Ids, once
from alertd.model import Channel, Content, Count, Level
from alertd.store import Database, Row

LISTED: Final = 5
"""So many who read another language are listed in the time in which one person is looked up."""


async def told_apart(db: Database, people: Ids, content: Content, counted: Count) -> Count:
    """The count with its SMS by language; `people` are packed, each once."""
    if Channel.SMS not in content.channels or not counted.endpoints.get(Channel.SMS):
        return counted
    able = people[(people & ALL_ENDPOINTS) != 0]  # SMS stands lowest
    rows = await _rows(db, able >> WIDTH)
    return await asyncio.to_thread(_counted, able, content, counted, rows)


async def of_people(db: Database, people: Sequence[int]) -> Mapping[int, str]:
    """The locale of those of these people who read another language than French."""
    wanted = set(people)
    rows = await _rows(db, np.array(sorted(wanted), dtype=np.int64)) if wanted else ()
    return {one: row["locale"] for row in rows for one in once(row["packed"]).tolist() if one in wanted}


async def _rows(db: Database, people: Ids) -> Sequence[Row]:
    """All there are, or those of these people alone, whichever is quicker."""
    if await db.fetch("audience.more_tongues", LISTED * people.size):
        return await db.fetch("audience.tongues_of", json.dumps(people.tolist()))
    return await db.fetch("audience.tongues")


def _counted(able: Ids, content: Content, counted: Count, rows: Sequence[Row]) -> Count:
    cap = ALL_ENDPOINTS if content.level is Level.DANGER else 1
    said, waiting, silent = dict[str, int](), dict[str, int](), Channel.SMS in content.silence
    for row in rows:
        there = able[np.isin(able >> WIDTH, once(row["packed"]), assume_unique=True)]
        if there.size:
            said[row["locale"]] = int(np.minimum(there & ALL_ENDPOINTS, cap).sum())
            phones = there >> 4 * Channel.PUSH & ALL_ENDPOINTS
            waiting[row["locale"]] = int(np.count_nonzero(phones)) if silent else 0
    return replace(counted, tongues=said, tongues_delayed=waiting)
