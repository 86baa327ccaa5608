"""The way out, for programs that watch it."""

import pytest
from api_house import opened

from alertd.deliver import sightings
from alertd.deliver.sightings import Sighting
from alertd.store.ids import take
from gateways.contract import Credit


@pytest.fixture
async def house(db, clock):
    async with opened(db, clock) as house:
        yield house


async def test_a_program_reads_what_nodes_see(house, clock):
    """Who speaks on which node, since when and why one is down, of the key's own mode."""
    left = Credit(1240.5, "credits")
    seen = Sighting(
        "sandbox", False, clock.now_ms(), "connection", 0.5, ("sms",), ("host.example",), credit=left
    )
    async with house.desk.db.transaction() as tx:
        node = (await tx.fetch("nodes.start", await take(tx, "node"), "mairie-1", "boot"))[0]["id"]
        await sightings.tell(tx, node, [seen], anew=True)
    status, told, _ = await house.call("GET", "/api/v1/gateways")
    assert status == 200
    sms = told["channels"][0]
    assert (sms["channel"], sms["speakers"], sms["preferred"]) == ("sms", {"mairie-1": "sandbox"}, None)
    assert sms["gateways"][0]["nodes"] == [
        {
            "node": "mairie-1",
            "working": False,
            "since": "2026-03-02T09:00:00.000Z",
            "reason": "connection",
            "failures": 0.5,
            "speaks": ["sms"],
            "dangers": [],
            "hosts": ["host.example"],
            "credit": {"left": 1240.5, "unit": "credits"},
        }
    ]
    assert {one["channel"] for one in told["channels"]} == {"sms", "push", "email", "voice", "display"}


@pytest.mark.parametrize("key", ["draft", "info", "warning", "people"])
async def test_a_lesser_key_is_told_nothing_of_the_instance(house, key):
    """Gateways serve every station: only a key that may release danger watches them."""
    status, told, _ = await house.call("GET", "/api/v1/gateways", key=key)
    assert (status, told["code"]) == (403, "gateways_not_allowed")
