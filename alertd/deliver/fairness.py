"""Fairness: how the stations that wait at one sender, in one lane, share its next slice. Pure.

Equal parts, so that a station takes at most half while another waits, and a department's mailing never holds up a
village's water cut. Priority between lanes is not a matter of fairness: only the most urgent lane is shared out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that has something to say at a sender; `danger`: of an emergency, its updates, end and correction included."""

    message_id: int
    station_id: int
    lane: int
    danger: bool = False


def share_out(waiting: Iterable[Waiting], most: int, turn: int) -> Iterator[tuple[Waiting, int]]:
    """How many of `most` each message may take: by station, then by message. What cannot be parted evenly falls to
    another each `turn`, a number that the caller counts up, so that even one at a time goes round.
    """
    stations: dict[int, list[Waiting]] = defaultdict(list)
    for message in waiting:
        stations[message.station_id].append(message)
    for messages, part in _parts(list(stations.values()), most, turn):
        yield from _parts(messages, part, turn // len(stations))


def _parts(things: Sequence[Thing], most: int, turn: int) -> Iterator[tuple[Thing, int]]:
    each, left = divmod(most, len(things))
    first = turn % len(things)
    for place, thing in enumerate([*things[first:], *things[:first]]):
        if part := each + (place < left):
            yield thing, part
