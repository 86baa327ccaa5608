"""The gateway that docs/contributing.md shows is one: taken out of the page, it is held to the contract of all others."""

import re
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import test_gateway_contract as contract
from aiohttp import web
from number_peer import NumberPeer
from peers import Case

import gateways
from alertd import catalogue
from alertd.model import AlertState, Level, Role
from alertd.web import words

PAGE = (Path(__file__).parents[2] / "docs" / "contributing.md").read_text()
KEY = "the key of an account that there is not"
WRONG = {
    Case.REFUSE: (422, {"error": "unknown_number"}),
    Case.REJECT: (422, {"error": "too_long"}),
    Case.THROTTLE: (429, {"error": "slower"}),
    Case.ERROR: (503, {"error": "later"}),
}


class ExamplePeer(NumberPeer):
    """The invented provider."""

    driver = "example"

    def routes(self) -> Sequence[web.RouteDef]:
        return (web.post("/messages", self._take), web.get("/account", self._account, allow_head=False))

    def options(self, timeout_s: float) -> dict[str, Any]:
        return {"base_url": f"http://127.0.0.1:{self.port}", "key": KEY, "timeout_s": timeout_s}

    async def _take(self, request: web.Request) -> web.StreamResponse:
        order = await request.json()
        case = self.case_of(order["to"])
        if not self._welcome(request):
            return web.json_response({"error": "key"}, status=401)
        if rubbish := await self.suffer(case, request):
            return rubbish
        if case in WRONG:
            status, said = WRONG[case]
            return web.json_response(said, status=status)
        self.taken.append(order["to"])
        return web.json_response({"id": f"m{len(self.taken)}"}, status=201)

    async def _account(self, request: web.Request) -> web.Response:
        return web.json_response({}, status=200 if self._welcome(request) else 401)

    def _welcome(self, request: web.Request) -> bool:
        return self._knows_us and request.headers["X-Key"] == KEY


@pytest.fixture(autouse=True)
def example(tmp_path: Path) -> Iterator[None]:
    """The page's file, where the loader finds drivers."""
    [shown] = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / "example.py").write_text(shown)
    gateways.__path__.append(str(tmp_path))
    yield
    gateways.__path__.remove(str(tmp_path))
    sys.modules.pop("gateways.example", None)
    vars(gateways).pop("example", None)


@pytest.fixture
async def peer() -> AsyncIterator[ExamplePeer]:
    async with ExamplePeer() as played:
        yield played


@pytest.mark.parametrize("case", [case for case in Case if case not in ExamplePeer.not_applicable])
async def test_the_example_makes_a_receipt_of_whatever_happens(peer: ExamplePeer, case: Case) -> None:
    """Accepted, refused, torn, silent, unreadable, away: the outcome that the contract has for it."""
    await contract.test_outcome(peer, case)


@pytest.mark.parametrize(
    "clause",
    [
        contract.test_accepted_messages_arrive,
        contract.test_a_bad_message_harms_no_other,
        contract.test_a_caller_may_stop_early,
        contract.test_an_empty_batch_has_no_receipt,
        contract.test_close_may_be_called_twice,
        contract.test_a_probe_finds_a_provider_well,
        contract.test_a_foreign_call_gives_nothing,
        contract.test_the_unheard_of_is_not_found,
        contract.test_secrets_are_not_shown,
    ],
    ids=lambda clause: clause.__name__.removeprefix("test_"),
)
async def test_the_example_keeps_each_clause(peer: ExamplePeer, clause: Any) -> None:
    """What holds of every driver holds of the one that others begin with."""
    await clause(peer)


@pytest.mark.parametrize("case", [Case.CREDENTIALS, Case.AWAY])
async def test_the_example_s_probe_names_the_trouble(peer: ExamplePeer, case: Case) -> None:
    """A wrong key and an absent provider are told apart."""
    await contract.test_a_probe_names_the_trouble(peer, case)


def test_the_page_calls_things_as_the_screens_do() -> None:
    """Levels, roles and states are beside the very labels that operators read."""
    rows = dict(re.findall(r"^\| (`.*?) \| (.*?) \|", PAGE, re.MULTILINE))
    known = catalogue.load()
    for level in Level:
        assert rows[f"`{level.word}`"] == known.phrase("fr", f"level.{level.word}") == words.LEVELS[level]
    assert rows[", ".join(f"`{role.word}`" for role in Role)] == ", ".join(words.ROLES[role] for role in Role)
    for states in (
        (AlertState.DRAFT, AlertState.PENDING, AlertState.ARMED),
        (AlertState.ACTIVE, AlertState.ENDED, AlertState.CANCELLED, AlertState.EXPIRED),
    ):
        said = ", ".join(words.ALERT_STATES[state] for state in states)
        assert rows[", ".join(f"`{state}`" for state in states)] == said
    for state in ("accepted", "delivered", "seen"):
        [label] = [label for label, behind in words.STATES.items() if state in behind]
        assert label in rows["`accepted`, `delivered`, `seen`"].split(", ")
