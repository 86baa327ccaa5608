"""Those around a station over the API: a school asks its mairie, and sees what waits; it agrees to nothing itself."""

import pytest
from web.valley_house import valley

from alertd.model import Level, Scope
from alertd.stations import api_keys, approval_rules, requests

__all__ = ["valley"]


@pytest.fixture
async def call(valley, desk, client):
    """Requests with a key of the school, of any scope."""
    async with desk.db.transaction() as tx:
        keys = {
            scope: (await api_keys.create(tx, desk.clock, valley.stations["ecole"], "x", scope))[1]
            for scope in (Scope.DRAFT, Scope.WARNING)
        }

    async def call(method, path, body=None, scope=Scope.WARNING):
        headers = {"Authorization": f"Bearer {keys[scope]}"}
        answer = await client.request(method, f"/api/v1{path}", json=body, headers=headers)
        return answer.status, await answer.json()

    return call


async def test_a_program_asks_the_mairie_and_reads_the_answer(call, valley, desk):
    """In the school's name, above it alone; a key for drafts asks nothing."""
    path = "/stations/ecole/requests"
    assert (await call("POST", path, {"words": "Fuite de gaz"}, Scope.DRAFT))[0] == 403
    assert (await call("POST", path, {"words": ""}))[0] == 422
    assert (await call("POST", "/stations/bras/requests", {"words": "x"}))[0] == 404
    status, told = await call("POST", path, {"words": "Fuite de gaz"})
    assert (status, told["state"], told["answer"]) == (201, "open", None)
    async with desk.db.transaction() as tx:
        bras = valley.stations["bras"]
        await requests.answer(tx, desk, bras, "operator:bras-mayor", told["id"], "declined", "GRDF est là.")
    _, told = await call("GET", path)
    assert [(one["state"], one["answer"]) for one in told["requests"]] == [("declined", "GRDF est là.")]


async def test_a_program_sees_what_waits_and_may_take_it_back(call, valley, desk):
    """A release under the rule waits; it is listed with its deadline; taken back it is a draft, and once."""
    async with desk.db.transaction() as tx:
        rule = approval_rules.Rule(15, 15, "drop")
        await approval_rules.decide(tx, valley.stations["ecole"], Level.INFO, rule)
    body = {
        "level": "info",
        "topic": "school",
        "target": {"station": True},
        "texts": {"fr": {"headline": "Photo de classe"}},
        "channels": ["email"],
        "expires_at": "2026-03-02T15:00:00Z",
    }
    _, shown = await call("POST", "/stations/ecole/alerts/preview", body)
    _, sent = await call("POST", "/stations/ecole/alerts", {"preview_digest": shown["preview_digest"]})
    assert sent["state"] == "pending"
    _, told = await call("GET", "/stations/ecole/approvals")
    (one,) = told["approvals"]
    assert (one["alert"], one["level"], one["otherwise"]) == (sent["id"], "info", "drop")
    assert (await call("POST", f"/alerts/{sent['id']}/take-back", {}, Scope.DRAFT))[0] == 403
    status, told = await call("POST", f"/alerts/{sent['id']}/take-back", {})
    assert (status, told["state"]) == (200, "draft")
    assert (await call("POST", f"/alerts/{sent['id']}/take-back", {}))[0] == 409
    assert (await call("GET", "/stations/ecole/approvals"))[1] == {"approvals": [], "schedules": []}
