"""Where a message leads its reader: to the alert, and out. An SMS writes the same links as short as they can be."""

from dataclasses import dataclass
from typing import Final

from alertd.keys import CODE_LENGTH
from alertd.settings import Http

SHORT: Final = 20
"""Signs that a link may take in an SMS, its host included; with 24 for the station's name the text keeps 116."""

NOBODY: Final = "0" * CODE_LENGTH
"""A code of the right length, which opens nothing."""


@dataclass(frozen=True, slots=True)
class Links:
    """`public` is what residents type, with its scheme; `short` is the host for SMS, without, or empty.

    Telephones make a link of `host/code` without a scheme, too, and 8 of 160 signs are worth having.
    """

    public: str
    short: str = ""

    @classmethod
    def of(cls, http: Http) -> "Links":
        """As the administrator chose them."""
        return cls(http.public_url, http.short_url.partition("://")[2])

    def alert(self, code: str, *, sms: bool = False) -> str:
        """To the alert as it stands, by a delivery's code."""
        return f"{self.short}/{code}" if sms and self.short else f"{self.public}/a/{code}"

    def leaving(self, code: str, *, sms: bool = False) -> str:
        """To the page by which a reader leaves."""
        return f"{self.short if sms and self.short else self.public}/partir/{code}"

    @property
    def advice(self) -> str:
        """What an administrator should do about links that are too long for an SMS; empty when they are not."""
        taken = len(self.alert(NOBODY, sms=True))
        if taken <= SHORT:
            return ""
        return (
            f"The link of every SMS takes {taken} of its 160 signs: set [http] short_url to a host of at most "
            f"{SHORT - len(NOBODY) - 1} signs that leads here as well, such as https://ab.fr."
        )
