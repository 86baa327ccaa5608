"""Alerts over the API, from a draft to the books."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from api_house import House, opened

from alertd.clock import HOUR, MINUTE
from alertd.deliver.fan_out import FanOut
from alertd.model import Channel, Level
from alertd.stations import silence
from alertd.stations.streets import keep
from alertd.web.api.answers import iso


@pytest.fixture
async def house(db, clock) -> AsyncIterator[House]:
    async with opened(db, clock) as house:
        yield house


async def fan_out(house: House) -> None:
    """List everyone whom the released messages are for."""
    work = FanOut(house.desk.db, house.desk.routes, 1)
    while await work.step():
        pass


async def enrol(house: House, *numbers: int) -> None:
    for number in numbers:
        status, told, _ = await house.call(
            "POST", f"{house.path}/subscribers", house.person(number), key="people"
        )
        assert status == 201, told


async def test_from_preview_to_books(house):
    """A preview counts, its digest releases, and everyone in the zone is in the books, by ref and without address."""
    await enrol(house, 1, 2)
    status, preview, _ = await house.call("POST", f"{house.path}/alerts/preview", house.alert())
    assert (status, preview["people"], preview["endpoints"]) == (200, 2, {"sms": 2, "email": 0})
    content = house.alert(preview_digest=preview["preview_digest"])
    status, alert, _ = await house.call("POST", f"{house.path}/alerts", content)
    assert (status, alert["state"], alert["expected"], alert["planned"]) == (201, "active", 2, None)
    await fan_out(house)
    _, alert, _ = await house.call("GET", f"/api/v1/alerts/{alert['id']}")
    assert alert["planned"] == sum(alert["tally"].values()) == alert["tally"]["queued"] == 2
    assert alert["events"][0]["channels"]["sms"]["queued"] == 2
    _, page, response = await house.call("GET", f"/api/v1/alerts/{alert['id']}/deliveries")
    assert [one["ref"] for one in page["deliveries"]] == ["person-1", "person-2"]
    assert "63998" not in await response.text()


async def test_a_preview_says_how_far_it_reaches(house):
    """Doors covered and streets without, in fives as on the page; null where the station has no address list."""
    _, shown, _ = await house.call("POST", f"{house.path}/alerts/preview", house.alert())
    assert shown["coverage"] is None
    rows = [
        f"{n};{street};{lat};{5.375 + n / 5_000}"
        for street, lat in (("Rue Haute", 49.209), ("Rue Basse", 49.211))
        for n in range(1, 7)
    ]
    table = "\n".join(["numero;nom_voie;lat;lon", *rows])
    await keep.replace(house.desk.db, house.desk.clock, house.station, table.encode(), actor="cli")
    place = {"lat": 49.209, "lon": 5.375 + 1 / 5_000}
    await house.call("POST", f"{house.path}/subscribers", house.person(1, places=[place]), key="people")
    _, shown, _ = await house.call("POST", f"{house.path}/alerts/preview", house.alert())
    assert shown["coverage"] == {"points": 12, "covered": 1, "visitors": 0, "empty": ["Rue Basse"], "more": 0}


async def test_the_same_digest_again(house):
    """The same digest a second time is answered 200 with the alert that it released."""
    content = house.alert()
    _, preview, _ = await house.call("POST", f"{house.path}/alerts/preview", content)
    content["preview_digest"] = preview["preview_digest"]
    _, first, _ = await house.call("POST", f"{house.path}/alerts", content)
    status, second, _ = await house.call("POST", f"{house.path}/alerts", content)
    assert (status, second["id"]) == (200, first["id"])


async def test_two_at_once_release_one(house):
    """Two requests with one digest at the same moment release one alert."""
    content = house.alert()
    _, preview, _ = await house.call("POST", f"{house.path}/alerts/preview", content)
    content["preview_digest"] = preview["preview_digest"]
    answers = await asyncio.gather(*(house.call("POST", f"{house.path}/alerts", content) for _ in range(4)))
    assert len({alert["id"] for _, alert, _ in answers}) == 1
    assert sorted(status for status, _, _ in answers) == [200, 200, 200, 201]


async def test_a_digest_alone(house):
    """The digest alone releases what was previewed."""
    _, preview, _ = await house.call("POST", f"{house.path}/alerts/preview", house.alert())
    status, alert, _ = await house.call(
        "POST", f"{house.path}/alerts", {"preview_digest": preview["preview_digest"]}
    )
    assert (status, alert["texts"]["fr"]["headline"]) == (201, "Incendie route de Verdun")


async def test_a_draft_then_its_release(house):
    """Without a digest a draft is kept; previewed by its id, its release is that same alert."""
    status, draft, _ = await house.call("POST", f"{house.path}/alerts", house.alert(), key="draft")
    assert (status, draft["state"], draft["events"], draft["planned"]) == (201, "draft", [], None)
    _, preview, _ = await house.call("POST", f"{house.path}/alerts/preview", house.alert(alert=draft["id"]))
    status, alert, _ = await house.call(
        "POST", f"{house.path}/alerts", house.alert(preview_digest=preview["preview_digest"])
    )
    assert (status, alert["id"], alert["state"]) == (201, draft["id"], "active")


async def test_update_end_cancel(house):
    """An alert is updated by its own digest, ended in the standard words, and corrected in one's own."""
    alert = await house.released()
    path = f"/api/v1/alerts/{alert['id']}"
    changed = house.alert(texts={"fr": {"headline": "Incendie maîtrisé"}})
    _, preview, _ = await house.call("POST", f"{house.path}/alerts/preview", changed | {"alert": alert["id"]})
    status, updated, _ = await house.call(
        "POST", f"{path}/update", changed | {"preview_digest": preview["preview_digest"]}
    )
    assert (status, updated["headline"]) == (201, "Incendie maîtrisé")
    status, ended, _ = await house.call("POST", f"{path}/end")
    assert (status, ended["state"]) == (201, "ended")
    words = {"texts": {"fr": {"headline": "Fausse alerte", "body": "Tout va bien."}}}
    status, cancelled, _ = await house.call("POST", f"{path}/cancel", words)
    assert (status, cancelled["state"]) == (201, "cancelled")
    assert cancelled["texts"]["fr"]["headline"] == "Fausse alerte"
    assert [event["msg_type"] for event in cancelled["events"]] == ["Alert", "Update", "Update", "Cancel"]
    assert [event["act"] for event in cancelled["events"]] == ["alert", "update", "end", "cancel"]


async def test_digests_are_not_interchangeable(house):
    """An update's digest releases no new alert, a new alert's updates none, and an update without one is refused."""
    alert = await house.released()
    path = f"/api/v1/alerts/{alert['id']}"
    _, fresh, _ = await house.call("POST", f"{house.path}/alerts/preview", house.alert())
    _, update, _ = await house.call("POST", f"{house.path}/alerts/preview", house.alert(alert=alert["id"]))
    for where, digest in ((f"{path}/update", fresh), (f"{house.path}/alerts", update)):
        status, told, _ = await house.call("POST", where, {"preview_digest": digest["preview_digest"]})
        assert (status, told["code"]) == (409, "preview_elsewhere")
    status, told, _ = await house.call("POST", f"{path}/update", house.alert())
    assert (status, told["code"]) == (422, "preview_digest_missing")
    assert "preview_digest" in told["fields"]


async def test_stale_and_changed_previews(house, clock):
    """A digest is worth nothing when unknown, when the words have changed, or after fifteen minutes: 409 each time."""
    _, preview, _ = await house.call("POST", f"{house.path}/alerts/preview", house.alert())
    digest = preview["preview_digest"]
    cases = [
        ("unknown", house.alert(), "preview_unknown"),
        (digest, house.alert(url="https://x.fr"), "content_changed"),
    ]
    for given, content, code in cases:
        status, told, _ = await house.call(
            "POST", f"{house.path}/alerts", content | {"preview_digest": given}
        )
        assert (status, told["code"]) == (409, code)
    content = house.alert()
    clock.advance(16 * MINUTE)
    status, told, _ = await house.call("POST", f"{house.path}/alerts", content | {"preview_digest": digest})
    assert (status, told["code"]) == (409, "preview_stale")


async def test_scopes(house):
    """A key releases up to its level, and drafts and previews whatever it likes."""
    for level, key, wanted in (
        ("danger", "warning", 403), ("warning", "warning", 201), ("warning", "info", 403), ("info", "info", 201),
        ("info", "draft", 403), ("danger", "danger", 201),
    ):  # fmt: skip
        _, preview, _ = await house.call(
            "POST", f"{house.path}/alerts/preview", house.alert(level=level), key=key
        )
        wish = {"preview_digest": preview["preview_digest"], "repeat": True}
        status, told, _ = await house.call("POST", f"{house.path}/alerts", wish, key=key)
        assert (level, key, status) == (level, key, wanted), told
    alert = await house.released()
    for verb in ("end", "cancel"):
        status, told, _ = await house.call("POST", f"/api/v1/alerts/{alert['id']}/{verb}", key="warning")
        assert (status, told["code"]) == (403, "level_not_allowed")


async def test_lists_by_pages(house):
    """Alerts come newest first, a page at a time, until `next` is null."""
    made = [(await house.call("POST", f"{house.path}/alerts", house.alert()))[1]["id"] for _ in range(3)]
    _, first, _ = await house.call("GET", f"{house.path}/alerts?limit=2")
    _, second, _ = await house.call("GET", f"{house.path}/alerts?limit=2&after={first['next']}")
    assert [one["id"] for one in first["alerts"] + second["alerts"]] == made[::-1]
    assert second["next"] is None


async def test_deliveries_by_pages(house):
    """Deliveries come in the order of their keys, a page at a time."""
    await enrol(house, 1, 2, 3)
    alert = await house.released()
    await fan_out(house)
    refs, after = [], ""
    for _ in range(3):
        _, page, _ = await house.call("GET", f"/api/v1/alerts/{alert['id']}/deliveries?limit=1{after}")
        refs += [one["ref"] for one in page["deliveries"]]
        after = f"&after={page['next']}"
    assert refs == ["person-1", "person-2", "person-3"]


async def test_repairs_are_shown_back(house):
    """A zone drawn carelessly is repaired, and the preview says what was repaired."""
    lat, lon = 49.209, 5.375
    ring = [[lon, lat], [lon + 0.01, lat], [lon + 0.01, lat + 0.01], [lon, lat + 0.01]]
    target = {"zone": {"type": "Polygon", "coordinates": [ring[::-1]]}}
    status, preview, _ = await house.call("POST", f"{house.path}/alerts/preview", house.alert(target=target))
    assert status == 200
    assert {"closed_ring", "ring_direction"} <= set(preview["repairs"])
    assert preview["target"]["zone"]["coordinates"] != target["zone"]["coordinates"]


async def test_times_carry_their_offset(house, clock):
    """A moment written with any offset is the same moment; answers are in UTC."""
    later = clock.now_ms() + 2 * HOUR
    written = iso(later + HOUR).replace("Z", "+01:00")
    _, draft, _ = await house.call("POST", f"{house.path}/alerts", house.alert(expires_at=written))
    assert draft["expires_at"] == iso(later)


async def test_a_preview_tells_what_waits_for_a_silence(house):
    """Of three SMS one belongs to someone with a notification: it waits, as its station decided, and may be spared."""
    async with house.desk.db.transaction() as tx:
        await silence.decide(tx, house.station, Level.WARNING, {Channel.SMS: 90})
    await enrol(house, 1, 2)
    both = [{"channel": "sms", "address": "+33639980009"}, {"channel": "push", "address": "telephone-9"}]
    await house.call("POST", f"{house.path}/subscribers", house.person(9, endpoints=both), key="people")
    content = house.alert(level="warning", channels=["sms", "push"])
    status, told, _ = await house.call("POST", f"{house.path}/alerts/preview", content)
    assert (status, told["endpoints"]) == (200, {"sms": 3, "push": 1})
    assert (told["delayed"], told["silence"]) == ({"sms": 1}, {"sms": 90})
    assert (told["price"], told["price_low"]) == (None, None)
    assert told["last_s"] == 90
    content["preview_digest"] = told["preview_digest"]
    assert (await house.call("POST", f"{house.path}/alerts", content))[0] == 201


async def test_the_same_alert_twice_is_asked_about_once(house):
    """A program, too, is told what went out a moment ago; it says that it means it."""
    await house.released()
    preview = (await house.call("POST", f"{house.path}/alerts/preview", house.alert()))[1]
    digest = {"preview_digest": preview["preview_digest"]}
    status, told, _ = await house.call("POST", f"{house.path}/alerts", digest)
    assert (status, told["code"]) == (409, "sent_lately")
    assert (await house.call("POST", f"{house.path}/alerts", digest | {"repeat": True}))[0] == 201
