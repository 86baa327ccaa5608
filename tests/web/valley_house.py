"""A valley: a community of communes, a school, a club and a commune of nobody's; each with a mayor and an agent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from web.pages_house import MAIRIE, Browser
from yarl import URL

from alertd.clock import DAY
from alertd.model import Channel, Mode, Role, Station
from alertd.stations import operators, sessions, stations
from alertd.stations.stations import NewStation
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment

COMMUNES = ("bras", "vacherauville", "charny")
TREE = (
    ("cdc", "intercommunality", None),
    *((slug, "commune", "cdc") for slug in COMMUNES),
    ("ecole", "school", "bras"),
    ("club", "association", "bras"),
    ("verdun", "commune", None),
)
ROLES = (Role.MAYOR, Role.AGENT, Role.READER)


@dataclass
class Seat(Browser):
    """A browser in which somebody is logged in, who knows the session's token."""

    csrf: str = ""

    async def post(self, path: str, fields: Any = None, **options: Any) -> tuple[int, str, str]:
        return await super().post(path, dict(fields or {}) | {"csrf": self.csrf}, **options)

    async def token(self) -> str:
        return self.csrf


@dataclass
class Valley:
    """Stations by slug, and the ids of operators by login ("bras-mayor")."""

    browser: Browser
    stations: Mapping[str, Station]
    operators: Mapping[str, int]
    followers: dict[str, int] = field(default_factory=dict)

    async def at(self, slug: str, role: str = "mayor") -> Seat:
        """That station's mayor, or agent, is now at the browser."""
        desk, station = self.browser.desk, self.stations[slug]
        async with desk.db.transaction() as tx:
            opened = await sessions.open_session(tx, desk.clock, self.operators[f"{slug}-{role}"], station.id)
        client = self.browser.client
        client.session.cookie_jar.update_cookies({"alertd": opened.token}, URL(str(client.make_url("/"))))
        return Seat(client, desk, station, sessions.form_token(opened.csrf, station.id))

    async def follow(self, slug: str, number: int, *at: tuple[float, float], **more: Any) -> int:
        """Somebody follows a station, by SMS and e-mail, at places; the person's id."""
        desk = self.browser.desk
        addresses = (
            (Channel.SMS, f"+3363998{number:04d}"),
            (Channel.EMAIL, f"habitant-{number}@example.org"),
        )
        places = tuple(At(*one) for one in at)
        said = Enrolment(addresses, "accueil", desk.clock.now_ms() - DAY, places=places, **more)
        async with desk.db.transaction() as tx:
            one = await enrol(tx, desk.clock, desk.keyring, self.stations[slug], said, fiction=True)
        assert one.subscriber_id is not None
        return one.subscriber_id


@pytest.fixture
async def valley(desk, browser) -> Valley:
    """The valley, in training, on each engine in turn."""
    made, people = {}, {}
    async with desk.db.transaction() as tx:
        for slug, kind, parent in TREE:
            new = NewStation(slug, slug.title(), *MAIRIE, kind=kind, parent=parent, mode=Mode.TRAINING)
            made[slug] = await stations.add(tx, desk.clock, new)
            for role in ROLES:
                login = f"{slug}-{role.word}"
                one = await operators.add(tx, desk.clock, login=login, name=login, password_hash="x")
                await operators.set_role(tx, one.id, made[slug].id, role)
                people[login] = one.id
    return Valley(browser, made, people)
