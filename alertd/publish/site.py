"""The public addresses of a station, and how its documents name it."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Site:
    """`public` is what residents type to come here, with its scheme; `slug` what the station is called there."""

    public: str
    slug: str

    @property
    def host(self) -> str:
        return urlsplit(self.public).netloc

    @property
    def page(self) -> str:
        return f"{self.public}/{self.slug}"

    @property
    def joining(self) -> str:
        return f"{self.public}/s/{self.slug}"

    @property
    def atom(self) -> str:
        return f"{self.page}/atom.xml"

    @property
    def rss(self) -> str:
        return f"{self.page}/rss.xml"

    def notice(self, alert_id: int) -> str:
        """A thread's own page."""
        return f"{self.page}/alertes/{alert_id}"

    def cap(self, event_id: int) -> str:
        """An event's CAP document: an address that stays."""
        return f"{self.page}/cap/{event_id}.xml"

    def file(self, digest: str) -> str:
        return f"{self.public}/pieces/{digest}"

    @property
    def sender(self) -> str:
        """CAP 1.2, `sender`: unique in the world by the host's name, without spaces, commas, < and &."""
        return f"{self.host}/{self.slug}"

    def identifier(self, event_id: int) -> str:
        """CAP 1.2, `identifier`: unique for its sender, under the same rules."""
        return f"{self.host}.{event_id}"
