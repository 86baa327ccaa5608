"""Every log line of a test run is read: one that says anybody's number, mailbox, cell, token or link fails its test.

Lines of ours are read before `alertd.discretion` masks anything in them: the mask is for what libraries say.
"""

import logging
import sys
from typing import Any

import structlog

from alertd.discretion import indiscretions

heard: list[str] = []


def _listen(_: object, __: str, event: dict[str, Any]) -> dict[str, Any]:
    # a click's random id may be all digits, and then reads as somebody's number
    hear(" ".join(f"{key}={value}" for key, value in event.items() if key != "request"))
    return event


def hear(text: str) -> None:
    """Note what a line, or a file of lines, says of anybody."""
    heard.extend(f"{kind} {said!r} in: {text[:300]}" for kind, said in indiscretions(text))


class _Library(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        hear(self.format(record))


def listen() -> None:
    """To alertd's lines, again before each test: a command that was tested may have set its own way of logging."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            _listen,
            structlog.dev.ConsoleRenderer(colors=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.__stderr__),  # a command's own output is being read
    )


def listen_to_libraries() -> None:
    """Once: what they warn of."""
    logging.getLogger().addHandler(_Library(logging.WARNING))


def complain() -> None:
    """Fail, where anything was said since."""
    said, heard[:] = list(heard), []
    assert said == [], "a log line tells of somebody"
