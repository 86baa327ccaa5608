"""The errors that a person meets: each has a stable code, an HTTP status and a sentence to act on.

    AlertdError
    ├── Refused            422  what was asked cannot be done as it stands
    │   ├── Malformed      400  it could not even be read
    │   ├── TooLarge       413
    │   └── Conflict       409  something changed meanwhile: look again
    ├── NotAllowed         403
    │   └── NotLoggedIn    401
    ├── Missing            404
    ├── TooOften           429
    ├── Unavailable        503
    │   └── Damaged        503  nor later: nobody waits for it
    └── ConfigurationError 500  at start: names the option

They are raised where the sentence is known and written once, in alertd.web (RFC 9457) and alertd.cli.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class AlertdError(Exception):
    """`code` is for programs and never changes; `message` is for people; `fields` points at what to mend."""

    status: ClassVar[int] = 500

    def __init__(
        self, code: str, message: str, *, fields: Mapping[str, str] | None = None, **detail: Any
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = dict(fields or {})
        self.detail = detail

    @property
    def french(self) -> str:
        """The sentence for a page: what the command line and programs are told in English has its French beside it (`french`)."""
        return str(self.detail.get("french", self.message))

    @property
    def french_fields(self) -> dict[str, str]:
        """`fields` for a page."""
        return {field: self.french if said == self.message else said for field, said in self.fields.items()}


class Refused(AlertdError):
    """What was asked cannot be done as it stands."""

    status = 422


class Malformed(Refused):
    """It could not even be read."""

    status = 400


class TooLarge(Refused):
    """More than is ever taken."""

    status = 413


class Conflict(Refused):
    """Something changed meanwhile: look again."""

    status = 409


class NotAllowed(AlertdError):
    """Known, but without the right."""

    status = 403


class NotLoggedIn(NotAllowed):
    """Not known."""

    status = 401


class Missing(AlertdError):
    """There is no such thing, or not for you."""

    status = 404


class TooOften(AlertdError):
    """Come back later: `retry_after_s` says when."""

    status = 429


class Unavailable(AlertdError):
    """Not now."""

    status = 503


class Damaged(Unavailable):
    """Nor later, until somebody puts a backup in its place: there is nothing to wait for."""


class ConfigurationError(AlertdError):
    """alertd cannot start as it is configured; the message names the option."""
