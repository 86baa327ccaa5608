"""What keeps an address from being taken, in one sentence: found by mending it and looking whether it then would be."""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit


def _secured(value: str) -> str:
    return "https://" + re.sub(r"^[a-zA-Z]*://", "", value)


def _bare(value: str) -> str:
    return value.rstrip("/")


def _host(value: str) -> str:
    parts = urlsplit(value)
    return f"{parts.scheme}://{parts.netloc}"


MENDED: Final[tuple[tuple[Callable[[str], str], str], ...]] = (
    (_bare, "It must not end with a slash."),
    (_secured, "It must begin with https://"),
    (lambda value: _secured(_bare(value)), "It must begin with https:// and not end with a slash."),
    (_host, "It must end with the host: no path, nothing behind it."),
)


def fault(pattern: str, value: object) -> str:
    """A sentence of what to change for the pattern to be met; empty where it is none of addresses, or more is wrong."""
    if "https" not in pattern or not isinstance(value, str) or not value:
        return ""
    try:
        return next((said for mend, said in MENDED if re.search(pattern, mend(value))), "")
    except ValueError:  # no address at all, as http://[
        return ""
