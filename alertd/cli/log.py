"""The log: one structured line per decision on standard error, in which nobody is named.

What our lines say is ids and the configuration's names; what a library's error says is read before it is written, and whatever looks
like somebody's number, mailbox, home, token or link is masked.
"""

import json
import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

import structlog
from aiohttp.http_exceptions import HttpProcessingError

from alertd.discretion import discreet
from alertd.settings.sections import Log


def configure(wanted: Log) -> None:
    """From now on, for the whole process; libraries below `warning` stay quiet."""
    shown: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if wanted.format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask,
            shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(wanted.level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    for before in [one for one in logging.root.handlers if isinstance(one.formatter, (_Discreet, _Json))]:
        logging.root.removeHandler(before)  # a command's, before the daemon's own
    libraries = logging.StreamHandler(sys.stderr)
    libraries.setFormatter(_Json() if wanted.format == "json" else _Discreet(logging.BASIC_FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[libraries])
    logging.getLogger("aiohttp.server").addFilter(_ours)


class _Discreet(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return discreet(super().format(record))


class _Json(logging.Formatter):
    """A library's line among ours: a collector reads one kind."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        said = {"event": record.getMessage(), "logger": record.name, "level": record.levelname.lower()}
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps({name: discreet(text) for name, text in said.items()} | {"timestamp": at})


def _mask(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        said = value if isinstance(value, str) else str(value)
        if (masked := discreet(said)) != said:
            event[name] = masked
    return event


def _ours(record: logging.LogRecord) -> bool:
    """Not what a stranger wrote to our port that is no HTTP: it was answered, and must not fill the log with tracebacks."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
