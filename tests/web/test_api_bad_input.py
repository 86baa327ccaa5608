"""What cannot be used is refused with a code, a sentence and the field to mend; nothing is stored by halves."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from api_house import House, opened

from alertd.errors import Malformed
from alertd.settings import Settings
from alertd.settings.sections import Http, Limits
from alertd.web.api.documents import parse
from alertd.web.api.routes import ROUTES
from alertd.web.api.serve import PREFIX


@pytest.fixture
async def house(sqlite, clock) -> AsyncIterator[House]:
    settings = Settings(http=Http(max_body_bytes=65_536), limits=Limits(api_requests_per_minute=6000))
    async with opened(sqlite, clock, settings) as house:
        yield house


UNREADABLE = {
    "not JSON": b"level=danger",
    "cut short": b'{"level":',
    "a list": b"[]",
    "a number": b"12",
    "NaN": b'{"limit":NaN}',
    "Infinity": b'{"limit":-Infinity}',
    "a float beyond floats": b'{"limit":1e999}',
    "an integer beyond computers": b'{"alert":' + b"9" * 5000 + b"}",
    "an integer beyond JSON": b'{"alert":9007199254740993}',
    "the same key twice": b'{"level":"info","level":"danger"}',
    "a hundred thousand brackets": b"[" * 60_000,
    "deep objects": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "bytes that are no UTF-8": b'{"level":"\xff\xfe"}',
    "half a character": b'{"topic":"\\ud800"}',
    "nothing but spaces": b"   ",
}


@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_is_not_json(house, raw):
    """A body that is no plain JSON object is answered 400, with what to look for."""
    for path in (f"{house.path}/alerts", f"{house.path}/alerts/preview", f"{house.path}/subscribers"):
        status, told, response = await house.call("POST", path, raw, key="people")
        assert (status, told["code"], told["status"]) == (400, "malformed_json", 400)
        assert response.content_type == "application/problem+json"


def test_a_string_that_never_ends_is_looked_through_once():
    """A megabyte of signs after which a string might end takes no longer than any other megabyte, and not the square of it."""
    with pytest.raises(Malformed) as refused:
        parse(b'{"topic":"' + b'\\"' * 500_000)
    assert "Unterminated string" in refused.value.message


CHANGES: dict[str, tuple[dict[str, Any], str, str]] = {
    "no text": ({"texts": {}}, "text_empty", "texts.fr"),
    "an empty headline": ({"texts": {"fr": {"headline": "  "}}}, "text_empty", "texts.fr.headline"),
    "ten thousand characters": (
        {"texts": {"fr": {"headline": "x", "body": "x" * 10_000}}}, "text_too_long", "texts.fr.body",
    ),
    "a long headline": ({"texts": {"fr": {"headline": "x" * 121}}}, "text_too_long", "texts.fr.headline"),
    "a NUL in the text": ({"texts": {"fr": {"headline": "a\0b"}}}, "invalid_body", "texts.fr.headline"),
    "eleven languages": (
        {"texts": {"fr": {"headline": "x"}} | {f"a{c}": {"headline": "x"} for c in "abcdefghij"}},
        "texts_too_many", "texts",
    ),
    "no words at all": ({"texts": {"fr": {}}}, "invalid_body", "texts.fr.headline"),
    "a novel": ({"texts": {"fr": {"headline": "x", "body": "x" * 40_000}}}, "text_too_long", "texts.fr.body"),
    "a headline of a page": ({"texts": {"fr": {"headline": "x" * 10_000}}}, "text_too_long", "texts.fr.headline"),
    "a long link": ({"url": "https://a/" + "x" * 600}, "url_invalid", "url"),
    "a hundred languages": (
        {"texts": {"fr": {"headline": "x"}} | {f"{c}{d}": {"headline": "x"} for c in "abcdefghij" for d in "abcdefghij"}},
        "texts_too_many", "texts",
    ),
    "no French": ({"texts": {"en": {"headline": "Fire"}}}, "text_empty", "texts.fr"),
    "an unknown topic": ({"topic": "dragons"}, "topic_unknown", "topic"),
    "an unknown level": ({"level": "apocalypse"}, "invalid_body", "level"),
    "no target": ({"target": {}}, "invalid_body", "target"),
    "two targets": ({"target": {"station": True, "groups": [1]}}, "invalid_body", "target"),
    "an unknown group": ({"level": "info", "target": {"groups": [77]}}, "group_unknown", "target.groups"),
    "a station that is not": ({"target": {"station": False}}, "invalid_body", "target.station"),
    "a zone that is a point": (
        {"target": {"zone": {"type": "Point", "coordinates": [5, 49]}}}, "zone_wrong_kind", "target.zone",
    ),
    "a zone far away": (
        {"target": {"zone": {"type": "Circle", "center": [2.35, 48.85], "radius_m": 900}}},
        "zone_far_from_station", "target.zone",
    ),
    "a circle of six kilometres": (
        {"target": {"zone": {"type": "Circle", "center": [5.375, 49.209], "radius_m": 6000}}},
        "zone_too_large", "target.zone",
    ),
    "a zone of ten metres": (
        {"target": {"zone": {"type": "Circle", "center": [5.375, 49.209], "radius_m": 10}}},
        "zone_too_small", "target.zone",
    ),
    "no channel": ({"channels": []}, "invalid_body", "channels"),
    "an unknown channel": ({"channels": ["pigeon"]}, "invalid_body", "channels.0"),
    "an end that is past": ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_past", "expires_at"),
    "an end beyond all measure": ({"expires_at": "2027-01-01T00:00:00Z"}, "expires_too_late", "expires_at"),
    "an end in no year of ours": ({"expires_at": "9999-12-31T23:59:59-14:00"}, "invalid_body", "expires_at"),
    "a time without its offset": ({"expires_at": "2026-03-02T18:00:00"}, "invalid_body", "expires_at"),
    "a time as a number": ({"expires_at": 1772471234}, "invalid_body", "expires_at"),
    "a link that is no link": ({"url": "javascript:alert(1)"}, "invalid_body", "url"),
    "a flag as a word": ({"exercise": "no"}, "invalid_body", "exercise"),
    "a misspelt key": ({"exercice": True}, "invalid_body", "exercice"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "code", "field"), CHANGES.values(), ids=CHANGES)
async def test_what_cannot_be_sent(house, change, code, field):
    """An alert with one thing wrong is refused as draft and as preview, and the field is named."""
    for path in (f"{house.path}/alerts", f"{house.path}/alerts/preview"):
        status, told, _ = await house.call("POST", path, house.alert(**change))
        assert (status, told["code"]) == (422, code), told
        assert field in told["fields"], told
        assert told["detail"]
    _, page, _ = await house.call("GET", f"{house.path}/alerts")
    assert page["alerts"] == []


PEOPLE: dict[str, tuple[dict[str, Any], str, str]] = {
    "no endpoint": ({"endpoints": []}, "invalid_body", "endpoints"),
    "no consent": ({"consent": None}, "invalid_body", "consent"),
    "a number that is none": (
        {"endpoints": [{"channel": "sms", "address": "12"}]}, "phone_invalid", "endpoints.0.address",
    ),
    "an address that is none": (
        {"endpoints": [{"channel": "email", "address": "me at home"}]}, "email_invalid", "endpoints.0.address",
    ),
    "a place off the globe": ({"places": [{"lat": 91, "lon": 0}]}, "invalid_body", "places.0.lat"),
    "a place as text": ({"places": [{"lat": "49", "lon": 5}]}, "invalid_body", "places.0.lat"),
    "an unknown kind of place": ({"places": [{"lat": 49, "lon": 5, "kind": "x"}]}, "invalid_body", "places.0.kind"),
    "an end that is past": ({"valid_until": "2020-01-01T00:00:00Z"}, "valid_until_past", "valid_until"),
    "a ref with a NUL": ({"ref": "a\0"}, "invalid_body", "ref"),
    "a consent to come": (
        {"consent": {"source": "x", "at": "2030-01-01T00:00:00Z"}}, "consent_in_future", "consent",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "code", "field"), PEOPLE.values(), ids=PEOPLE)
async def test_who_cannot_be_enrolled(house, change, code, field):
    """A person with one thing wrong is refused, the field is named, and nobody is kept."""
    path = f"{house.path}/subscribers"
    status, told, _ = await house.call("POST", path, house.person(**change), key="people")
    assert (status, told["code"]) == (422, code), told
    assert field in told["fields"], told
    assert (await house.call("GET", path, key="people"))[1]["subscribers"] == []


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
)
async def test_what_is_announced_as_something_else(house, kind):
    """A body that is not announced as JSON in UTF-8 is answered 415."""
    headers = {"Content-Type": kind}
    status, told, _ = await house.call("POST", f"{house.path}/alerts", house.alert(), **headers)
    assert (status, told["code"]) == (415, "wrong_content_type")


async def test_what_is_too_large(house):
    """A body over the limit is answered 413, whether its length is announced or comes in chunks."""

    async def chunks():
        for _ in range(10):
            yield b" " * 10_000

    status, told, _ = await house.call("POST", f"{house.path}/alerts", b" " * 70_000)
    assert (status, told["code"]) == (413, "too_large")
    headers = {"Authorization": f"Bearer {house.keys['danger']}", "Content-Type": "application/json"}
    async with house.client.post(f"{house.path}/alerts", data=chunks(), headers=headers) as response:
        assert response.status == 413
        assert (await response.json())["code"] == "too_large"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=5000", "limit=x", "after=x", "after=1&after=2", "page=2"]
)
async def test_queries_that_mean_nothing(house, query):
    """A query that is misspelt, doubled or out of bounds is refused, not guessed."""
    status, told, _ = await house.call("GET", f"{house.path}/alerts?{query}")
    assert (status, told["code"]) == (422, "invalid_query")


async def test_cursors_that_were_never_given(house):
    """A cursor of deliveries that is not one is refused."""
    alert = await house.released()
    path = f"/api/v1/alerts/{alert['id']}/deliveries"
    for after in ("x", "1", "1-x", "-1-2", "9" * 30 + "-1"):
        status, told, _ = await house.call("GET", f"{path}?after={after}")
        assert (status, told["code"], list(told["fields"])) == (422, "invalid_query", ["after"])


@pytest.mark.parametrize("token", [None, "", "alertd_", "alertd_" + "x" * 43, "é" * 9, "x" * 5000])
async def test_keys_that_do_not_work(house, token):
    """Without a key that works every route is answered 401, and says how to send one."""
    for route in ROUTES:
        path = PREFIX + route.path.format(slug=house.station.slug, id=1, ref="x")
        status, told, response = await house.call(route.method, path, key=token)
        assert (status, told["code"][:4]) == (401, "key_")
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/alerts/x", "/api/v1/alerts/-1", "/api/v1/alerts/" + "9" * 40,
        "/api/v1/alerts/1%00", "/api/v1/stations/%00/alerts", "/api/v1/stations/Bras/alerts", "/api/v2/alerts/1",
        "/api/v1/stations/nowhere/alerts", "/api/v1/alerts/999999", "/api/v1/alerts/999999999999999/deliveries",
    ],
)  # fmt: skip
async def test_addresses_of_nothing(house, path):
    """What does not exist is answered 404, as a problem."""
    status, told, response = await house.call("GET", path)
    assert (status, told["status"]) == (404, 404)
    assert response.content_type == "application/problem+json"


async def test_methods_that_are_not_served(house):
    """A method that an address does not serve is answered 405, with those that it does."""
    status, told, response = await house.call("PUT", f"{house.path}/alerts", house.alert())
    assert (status, told["code"]) == (405, "method_not_allowed")
    assert response.headers["Allow"] == "POST, GET"
    assert (await house.call("POST", "/api/v1/openapi.json"))[2].headers["Allow"] == "GET"


async def test_every_fault_at_once(house):
    """A body with several faults hears of all of them, and what it held is not repeated."""
    body = house.alert(level="SECRET1", channels=["SECRET2"], expires_at="SECRET3")
    status, told, response = await house.call("POST", f"{house.path}/alerts", body)
    assert (status, set(told["fields"])) == (422, {"level", "channels.0", "expires_at"})
    assert "SECRET" not in await response.text()


FINDINGS: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing at all": ({"level": ...}, "level", "is missing: give it."),
    "a stranger": ({"exercice": True}, "exercice", "is not known here: check how it is spelt, or leave it out."),
    "a target as text": ({"target": "all"}, "target", "must be a JSON object, between braces."),
    "a zone as a number": ({"target": {"zone": 3}}, "target.zone", "must be a JSON object, between braces."),
    "a false station": ({"target": {"station": False}}, "target.station", "must be true."),
    "two aims": (
        {"target": {"station": True, "groups": [1]}}, "target",
        "cannot be used: give exactly one of zone, station and groups.",
    ),
    "a group as text": ({"target": {"groups": ["x"]}}, "target.groups.0", "must be a whole number."),
    "a group of zero": ({"target": {"groups": [0]}}, "target.groups.0", "must be greater than 0."),
    "no group": ({"target": {"groups": []}}, "target.groups", "must not be empty: it holds 1 or more."),
    "too many groups": ({"target": {"groups": [1] * 101}}, "target.groups", "holds too many: 100 at most."),
    "texts as a list": ({"texts": []}, "texts", "must be a JSON object, between braces."),
    "a headline as a number": ({"texts": {"fr": {"headline": 3}}}, "texts.fr.headline", "must be text, in quotes."),
    "a language in capitals": (
        {"texts": {"FR": {"headline": "x"}}}, "texts.FR", "must be a language as in fr, en or pt-BR.",
    ),
    "an unknown level": ({"level": "x"}, "level", 'must be "info", "warning" or "danger".'),
    "channels as text": ({"channels": "sms"}, "channels", "must be a JSON list, between brackets."),
    "an empty topic": ({"topic": " "}, "topic", "must not be empty: it has 1 character or more."),
    "a long topic": ({"topic": "x" * 200}, "topic", "is too long: shorten it to 120 characters or fewer."),
    "a flag as a word": ({"exercise": "no"}, "exercise", "must be true or false, without quotes."),
    "a link that is none": (
        {"url": "x"}, "url", "must be a link that begins with https:// and holds no blank and no accent.",
    ),
    "a day that is none": (
        {"onset": "2026-02-31T10:00Z"}, "onset", "must be a moment that exists, such as 2027-01-31T18:00:00+01:00.",
    ),
    "a moment without offset": (
        {"onset": "2026-02-01T10:00"}, "onset",
        "cannot be used: write a moment as 2027-01-31T18:00:00+01:00, with its offset or Z.",
    ),
    "a digest to preview": ({"preview_digest": "x"}, "preview_digest", "must be left out here."),
}  # fmt: skip


@pytest.mark.parametrize(("change", "field", "said"), FINDINGS.values(), ids=FINDINGS)
async def test_a_fault_is_told_in_words_to_act_on(house, change, field, said):
    """Each sentence names its field and says what to write; none speaks of the program's own types."""
    body = {name: value for name, value in house.alert(**change).items() if value is not ...}
    status, told, _ = await house.call("POST", f"{house.path}/alerts/preview", body)
    assert (status, told["fields"].get(field)) == (422, f"`{field}` {said}"), told


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("limit=x", "`limit` must be a whole number."),
        ("limit=0", "`limit` must be 1 or more."),
        ("limit=201", "`limit` must be 200 or less."),
        ("page=2", "`page` is not known here: check how it is spelt, or leave it out."),
    ],
)
async def test_a_fault_in_a_query_is_told_in_the_same_words(house, query, said):
    """Parameters are named as fields are."""
    _, told, _ = await house.call("GET", f"{house.path}/alerts?{query}")
    assert list(told["fields"].values()) == [said]


async def test_the_only_length_told_is_the_one_that_holds(house):
    """A headline of any length hears of the instance's own limit, also as the word that ends an alert."""
    alert = await house.released()
    texts = {"fr": {"headline": "x" * 5000}}
    for path, body in (
        (f"{house.path}/alerts", house.alert(texts=texts)),
        (f"/api/v1/alerts/{alert['id']}/end", {"texts": texts}),
    ):
        _, told, _ = await house.call("POST", path, body)
        assert told["code"] == "text_too_long"
        assert str(house.desk.settings.limits.headline_chars) in told["fields"]["texts.fr.headline"]
