"""Nobody reaches another's affairs: every route of the application, walked by those whom they do not belong to.

The routes are the router's own, so that one that is added is walked too. One engine is enough: who may do what is decided in
Python, and by queries whose text is the same on both; that they answer the same on both is the tests' of the store.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count, groupby
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from web.pages_house import MAIRIE
from web.valley_house import Valley, valley
from web.walls_house import GUARDED, INFO, PRIVATE, PUBLIC, Planted, delivered, own_links, plant, sent
from web.walls_ledger import belongings
from web.walls_routes import OPEN, Step, body, forms, steps

from alertd.deliver import routes
from alertd.settings import Settings
from alertd.stations import sessions
from alertd.web.api.serve import PREFIX

__all__ = ["valley"]

NO_PUSH = "POST /compte/notifications"
"""This installation speaks to no browser, and says so (503)."""
ONCE = {
    "/accords/{id}/non",
    "/accords/programmations/{id}/non",
    "/accords/{id}/modifier",
    f"{PREFIX}/alerts/{{id}}/take-back",
    f"{PREFIX}/relays/{{id}}/withdraw",
    f"{PREFIX}/stations/{{slug}}/relays",
    f"{PREFIX}/stations/{{slug}}/subscribers/{{ref}}",
}
"""Ways to do what another way does: an answer is given, a person removed, once; and a relay is asked, and withdrawn, by the
community on its pages, whose program does not walk here."""


@pytest.fixture
def db(sqlite):
    """One engine; see above."""
    return sqlite


@pytest.fixture
async def desk(desk):
    """Letters have a way out; programs need not wait, and everybody comes from a network of their own."""
    said = {
        "gateways": {"relais": {"driver": "smtp", "channels": ["email"]}},
        "limits": {"api_requests_per_minute": 60_000},
        "http": {"trusted_proxies": ["127.0.0.1"]},
    }
    settings = Settings.model_validate(said)
    return replace(desk, settings=settings, routes=await routes.register(desk.db, settings))


@dataclass(frozen=True)
class Answer:
    """What somebody got."""

    step: Step
    status: int
    where: str
    words: frozenset[str]

    @property
    def told(self) -> str:
        return f"{self.step.told}: {self.status} {self.where} {sorted(self.words)}"


@dataclass
class Walker:
    """Who calls: `login` is an operator's ("bras-reader"), `key` a program's; neither is nobody."""

    valley: Valley
    planted: Planted
    login: str = ""
    key: str = ""
    networks: Iterator[int] = field(default_factory=partial(count, 1))

    async def walk(self, todo: Sequence[Step]) -> list[Answer]:
        """Every step, each form's buttons included."""
        return [answer for step in todo async for answer in self._at(step)]

    async def _at(self, step: Step) -> AsyncIterator[Answer]:
        if step.method != "POST":
            yield await self._ask(step)
        elif step.route.startswith(PREFIX):
            brought = body(step, self.planted, self.valley.browser.desk.clock)
            said = {"data": brought} if isinstance(brought, bytes) else {"json": brought}
            yield await self._ask(step, **said)
        else:
            for form in forms(step.route, self.planted, self._owner()):
                yield await self._ask(step, form)

    def _owner(self) -> str:
        station = self.valley.stations.get(self.login.partition("-")[0])
        return f"{self.valley.operators.get(self.login)}.{station.id if station else 0}"

    async def _ask(self, step: Step, form: Mapping[str, Any] | None = None, **options: Any) -> Answer:
        client = self.valley.browser.client
        client.session.cookie_jar.clear()
        headers, csrf = await self._papers()
        if form is not None:
            options["data"] = {"csrf": csrf} | dict(form)
        if isinstance(options.get("data"), bytes):
            headers["Content-Type"] = "image/jpeg"
        options |= {"headers": headers, "allow_redirects": False}
        async with client.request(step.method, step.path, **options) as response:
            live = response.content_type == "text/event-stream"
            told = (await (response.content.readany() if live else response.read())).lower()
            words = {word for word in (PRIVATE, GUARDED, PUBLIC) if word.lower().encode() in told}
            return Answer(step, response.status, response.headers.get("Location", ""), frozenset(words))

    async def _papers(self) -> tuple[dict[str, str], str]:
        """A session of its own for each request: some of them end it."""
        number = next(self.networks)
        headers = {"X-Forwarded-For": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        if not self.login:
            return headers, ""
        desk, station = self.valley.browser.desk, self.valley.stations[self.login.partition("-")[0]]
        async with desk.db.transaction() as tx:
            opened = await sessions.open_session(
                tx, desk.clock, self.valley.operators[self.login], station.id
            )
        return headers | {"Cookie": f"alertd={opened.token}"}, sessions.form_token(opened.csrf, station.id)


@dataclass
class Walls:
    """The town, and what is whose: `path` is the store's file."""

    valley: Valley
    planted: Planted
    path: Path
    todo: Sequence[Step]
    links: Mapping[str, str]

    def walker(self, **who: str) -> Walker:
        return Walker(self.valley, self.planted, **who)

    def theirs(self, *apart: str) -> Any:
        """All that is not Verdun's, nor an operator's own who is set apart."""
        stations = {one.id for slug, one in self.valley.stations.items() if slug != "verdun"}
        stations.add(self.valley.browser.station.id)
        return belongings(self.path, stations, [self.valley.operators[login] for login in apart])

    async def hold(self, who: str, todo: Sequence[Step], *apart: str, **papers: str) -> list[str]:
        """What somebody reached in spite of the walls, as sentences; and all that they were answered."""
        before = self.theirs(*apart)
        answers = await self.walker(**papers).walk(todo)
        after = self.theirs(*apart)
        holes = [f"{who} took away {row}" for row in before - after]
        holes += [f"{who} put {row}" for row in after - before]
        holes += [f"{who}, an error: {one.told}" for one in answers if one.status >= 500 and not _said(one)]
        holes += [f"{who} was put off: {one.told}" for one in answers if one.status == 429]
        hidden = {GUARDED} if apart else {PRIVATE, GUARDED}
        holes += [f"{who} read {one.told}" for one in answers if one.words & hidden]
        if not apart:
            holes += [f"{who} reached {one.told}" for one in answers if _reached(one)]
        return holes


def _said(answer: Answer) -> bool:
    return answer.status == 503 and answer.step.told == NO_PUSH


def _reached(answer: Answer) -> bool:
    """Whether something of another's was answered as if it were not, or a public word was told elsewhere than in public."""
    if answer.step.route in OPEN:
        return False
    to_log_in = answer.status == 303 and answer.where.startswith("/connexion")
    return bool(answer.words) or (bool(answer.step.names) and answer.status < 400 and not to_log_in)


@pytest.fixture
async def walls(valley, tmp_path) -> Walls:
    """A commune, its school, its community and its neighbour, who have one of each; and Verdun, which has no part in it."""
    planted = await plant(valley)
    stranger = await valley.follow("verdun", 700, MAIRIE)
    verdun = await valley.at("verdun")
    await sent(verdun, **INFO, headline="Chez nous")
    await delivered(verdun)
    links = await own_links(valley, "verdun", stranger)
    todo = steps(valley.browser.client.server.app, planted.things)
    return Walls(valley, planted, tmp_path / "var" / "alertd.db", todo, links)


async def test_no_route_lets_anybody_to_what_is_anothers(walls):
    """Nobody, another station's mayor, its key of every scope, the follower of another, and readers of the same station."""
    asked = [step for step in walls.todo if step.method != "HEAD"]
    verdun, reads = walls.planted.keys["verdun"], ("bras-reader", "ecole-reader")
    holes = await walls.hold("nobody", asked)
    holes += await walls.hold("another mayor", walls.todo, login="verdun-mayor")
    programs = [step for step in asked if step.route.startswith(PREFIX)]
    holes += await walls.hold("another key", programs, key=verdun)
    follower = personal(walls)
    mine = [step for step in follower if step.method == "GET" and not step.names and "/moi/" in step.path]
    assert {one.status for one in await walls.walker().walk(mine)} == {200}
    holes += await walls.hold("another follower", follower)
    for login in reads:
        holes += await walls.hold(login, asked, *reads, login=login)
    assert not holes, "\n".join(holes)
    await the_owners_find_it(walls)


def personal(walls: Walls) -> list[Step]:
    """Pages that a link opens, with somebody's own links, at their station and at those that they have no part in."""
    things = walls.planted.things | {"slug": ["bras", "ecole", "verdun"]}
    made = []
    for step in steps(walls.valley.browser.client.server.app, things):
        if "{code}" in step.route and step.method != "HEAD":
            kind = {"/a": "alert", "/partir": "leave"}.get(step.route.partition("/{")[0], "mine")
            path = step.path.replace("Zz9Yy8Xx7Ww", walls.links[kind])
            named = {part: value for part, value in step.names.items() if value != "verdun"}
            made.append(replace(step, path=path, names=named))
    return made


async def the_owners_find_it(walls: Walls) -> None:
    """Each wall has something behind it: whose it is reads the words on every page, and every form of theirs is taken."""
    owners = [walls.walker(login=f"{slug}-mayor") for slug in ("charny", "bras", "ecole", "cdc")]
    program = walls.walker(key=walls.planted.keys["bras"])
    for methods in (("GET",), ("POST", "DELETE")):
        todo = [step for step in walls.todo if step.method in methods and _has_owner(step)]
        answers = []
        for turn, together in groupby(sorted(todo, key=_turn), _turn):
            group = list(together)
            for walker in [program] if turn == 1 else owners:
                answers += await walker.walk(group)
        opened = {one.step.route for one in answers if one.status < 400}
        assert {step.route for step in todo} - opened - ONCE == set()
        if methods == ("GET",):
            assert {word for one in answers for word in one.words} == {PRIVATE, GUARDED, PUBLIC}


def _turn(step: Step) -> int:
    """Who enrols somebody changes what a second person agrees to; a key is revoked after its use, and what is ended is changed no more."""
    if step.route.startswith("/accords"):
        return 0
    if step.route.startswith(PREFIX):
        return 1
    return 3 if step.route.endswith("/etat") else 2


def _has_owner(step: Step) -> bool:
    """Not what only a link opens, nor tiles without a tile server, nor a picture in public that is only a draft's."""
    by_link = {"code", "token", "key", "z"} & set(re.findall(r"{(\w+)}", step.route))
    return bool(step.names) and not by_link and step.route not in OPEN and step.route != "/pieces/{digest}"


def test_a_new_route_says_what_it_lacks():
    """Whoever adds a route whose address names something unheard of is told what to add, and where."""
    app = web.Application()
    app.router.add_post("/bacs/{bac}", steps)
    with pytest.raises(AssertionError, match=r"POST /bacs/\{bac\} is a new route: say in NOUNS"):
        steps(app, {})
