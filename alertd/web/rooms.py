"""What every page may reach: made once by the composition root, found again through one typed key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from alertd.catalogue import Catalogue
from alertd.clock import Clock
from alertd.deliver.figures import Figures
from alertd.deliver.spool import Spool
from alertd.issue.desk import Desk
from alertd.keys import Keyring
from alertd.settings import Settings
from alertd.stations.passwords import Passwords
from alertd.stations.streets.geocoder import Geocoder
from alertd.stations.tiles.source import Tiles
from alertd.store.database import Database
from alertd.subscribe.switchboard import Switchboard
from alertd.web.front import Front
from alertd.web.lately import Lately
from gateways.contract import Gateway


@dataclass(frozen=True, slots=True)
class Rooms:
    """The desk, and whether the loops that send are alive (asked by `/readyz`).

    `gateways` read what providers bring back, by name, and `spool` keeps it; `figures` counts. `node_id` is in whose books
    a reader's answer is entered; `switchboard` says what is said on the telephone; `front` keeps what anyone may read;
    `geocoder` is a national address service, `tiles` a tile server, where one is set; `sign` signs
    a CAP document, where a key is named.
    """

    desk: Desk
    heartbeat: Callable[[], bool]
    passwords: Passwords = field(default_factory=Passwords)
    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    spool: Spool | None = None
    figures: Figures = field(default_factory=Figures)
    node_id: int = 0
    lately: Lately = field(default_factory=Lately)
    switchboard: Switchboard | None = None
    front: Front = field(default_factory=Front)
    geocoder: Geocoder | None = None
    tiles: Tiles | None = None
    sign: Callable[[bytes], bytes] | None = None

    @property
    def db(self) -> Database:
        return self.desk.db

    @property
    def clock(self) -> Clock:
        return self.desk.clock

    @property
    def catalogue(self) -> Catalogue:
        return self.desk.catalogue

    @property
    def settings(self) -> Settings:
        return self.desk.settings

    @property
    def keyring(self) -> Keyring:
        return self.desk.keyring

    @property
    def https(self) -> bool:
        """Whether residents and operators come by https: then cookies are `__Host-`, and HSTS is said."""
        return self.settings.http.public_url.startswith("https:")


ROOMS: Final = web.AppKey("rooms", Rooms)
