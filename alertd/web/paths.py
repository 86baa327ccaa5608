"""The parts of which addresses are made, as aiohttp's router reads them; and those that a form brings back."""

from typing import Final

from alertd.stations.stations import RESERVED

READY: Final = r"{ready:[a-z][a-z0-9_]{0,39}}"
ID: Final = "{id:[1-9][0-9]{0,14}}"
CHANNEL: Final = "{channel:sms|push|email|voice|display}"
SLUG: Final = "{slug:[a-z0-9][a-z0-9-]{1,60}}"
OPEN: Final = f"{{slug:(?!(?:{'|'.join(sorted(RESERVED))})(?:/|$))[a-z0-9][a-z0-9-]{{1,60}}}}"
DIGEST: Final = "{digest:[0-9a-f]{64}}"
ACT: Final = "{act:fin|fausse-alerte}"
CODE: Final = "{code:[0-9A-Za-z]{11}}"
LINK: Final = "{token:[0-9A-Za-z_-]{43}}"


def ours(path: str, otherwise: str = "/") -> str:
    """A path of ours that somebody brought, never another site (no double slash, no backslash)."""
    return path if path.startswith("/") and path[1:2] not in {"/", "\\"} and path.isprintable() else otherwise
