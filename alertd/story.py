"""One id from the click to the receipt: made at the edge, kept with the message that it released, in every line about it.

A line that is written a thousand times a second tells nothing more the second time: of each thing of a message the first line is told at
`info`, what follows at `debug`.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import structlog

NAME: Final = "request"
"""Under which lines bear it."""
GIVEN: Final = re.compile(r"[A-Za-z0-9_-]{8,40}")
MOST: Final = 2_000
"""Things of messages of which the first line is remembered; older ones are told again."""

log = structlog.get_logger(__name__)


def made() -> str:
    """A new id: 16 hexadecimal digits."""
    return secrets.token_hex(8)


def current() -> str:
    """The id of what is being done, or a new one: a schedule's firing has no click."""
    return str(structlog.contextvars.get_contextvars().get(NAME, "")) or made()


@contextmanager
def about(request: str) -> Iterator[None]:
    """Every line inside bears that id."""
    with structlog.contextvars.bound_contextvars(**{NAME: request}):
        yield


class Story:
    """Of one node: what of each message was told already."""

    def __init__(self) -> None:
        self._told: dict[tuple[object, ...], None] = {}

    def handed_over(self, sender: int, gateway: str, stories: Mapping[tuple[int, str], int]) -> None:
        """Of which messages a sender had words, and of how many deliveries of each."""
        for (message, request), n in stories.items():
            self.tell("handed_over", request, message, sender, sender=sender, gateway=gateway, deliveries=n)

    def tell(self, event: str, request: str | None, message: int, *what: object, **more: Any) -> None:
        """A line about a message that somebody's click or schedule released; `what` says which of its things (a sender, an outcome)
        is told the first time.
        """
        if not request:
            return
        key = (event, message, *what)
        said = log.debug if key in self._told else log.info
        self._told[key] = None
        while len(self._told) > MOST:
            del self._told[next(iter(self._told))]
        said(event, message=message, **{NAME: request}, **more)
