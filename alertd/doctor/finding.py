"""What a look tells; each look is bounded in time, and one that fails says so itself."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog

from alertd.errors import AlertdError

LONGEST_S: Final = 15.0

log = structlog.get_logger(__name__)


class Grade(StrEnum):
    """How it stands."""

    FINE = "fine"
    ADVICE = "advice"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one thing; what is not fine says what to do."""

    subject: str
    grade: Grade
    said: str


Findings = AsyncIterator[Finding]
Look = Callable[[], Findings]


def fine(subject: str, said: str) -> Finding:
    """Nothing to do."""
    return Finding(subject, Grade.FINE, said)


def advice(subject: str, said: str) -> Finding:
    """It works, and could be better."""
    return Finding(subject, Grade.ADVICE, said)


def wrong(subject: str, said: str) -> Finding:
    """It does not work, or will not for long."""
    return Finding(subject, Grade.WRONG, said)


async def looked(looks: Sequence[tuple[str, Look]]) -> list[Finding]:
    """All of them at once, in the order given."""
    found = await asyncio.gather(*(_bounded(subject, look) for subject, look in looks))
    return [finding for findings in found for finding in findings]


async def _bounded(subject: str, look: Look) -> list[Finding]:
    found: list[Finding] = []
    try:
        async with asyncio.timeout(LONGEST_S):
            async for each in look():
                found.append(each)  # noqa: PERF401 - what was found before the time ran out counts
    except TimeoutError:
        found.append(
            wrong(subject, f"No answer within {LONGEST_S:g} seconds: try again, and see to the network.")
        )
    except AlertdError as error:
        found.append(wrong(subject, error.message))
    except Exception as error:
        log.exception("look_failed", action="doctor", subject=subject)
        found.append(
            wrong(subject, f"This could not be looked at ({type(error).__name__}): please report it.")
        )
    return found
