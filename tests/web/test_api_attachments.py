"""Files over the API: brought as they are, named by their digest, covered by the digest that releases."""

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from api_house import House, opened
from files import document, picture

from alertd.settings import Settings


@pytest.fixture
async def house(db, clock) -> AsyncIterator[House]:
    async with opened(db, clock) as house:
        yield house


async def brought(house, raw=None, kind="image/jpeg", **options):
    return await house.call(
        "POST", f"{house.path}/attachments", raw or picture(), **{"Content-Type": kind}, **options
    )


async def test_a_file_is_brought_then_named(house):
    """201 with what it became, 200 when it was there; the alert and its draft tell of it."""
    status, file, _ = await brought(house, key="draft")
    assert status == 201
    assert (file["type"], file["width"], file["height"], len(file["digest"])) == ("image/jpeg", 64, 48, 64)
    assert (await brought(house, key="draft"))[0] == 200
    named = [{"digest": file["digest"], "alt": "Rue fermée"}]
    status, draft, _ = await house.call(
        "POST", f"{house.path}/alerts", house.alert(attachments=named), key="draft"
    )
    assert status == 201
    shown = {"digest": file["digest"], "type": "image/jpeg", "alt": "Rue fermée", "width": 64, "height": 48}
    assert draft["attachments"] == [shown]
    assert (await house.released(attachments=named))["attachments"] == [shown]
    assert (await house.released())["attachments"] == []


async def test_the_digest_of_a_preview_holds_for_these_files_only(house):
    """Other words for the same picture are another alert."""
    digest = (await brought(house))[1]["digest"]
    content = house.alert(attachments=[{"digest": digest, "alt": "Rue fermée"}])
    _, preview, _ = await house.call("POST", f"{house.path}/alerts/preview", content)
    other = content | {
        "attachments": [{"digest": digest, "alt": "Pont fermé"}],
        "preview_digest": preview["preview_digest"],
    }
    status, problem, _ = await house.call("POST", f"{house.path}/alerts", other)
    assert (status, problem["code"]) == (409, "content_changed")


@pytest.mark.parametrize(
    ("files", "code", "field"),
    [
        ([{"digest": "0" * 64, "alt": "a"}], "attachment_unknown", "attachments.0.digest"),
        ([{"digest": "x", "alt": "a"}], "invalid_body", "attachments.0.digest"),
        ([{"digest": "0" * 64}], "invalid_body", "attachments.0.alt"),
        ([{"digest": "0" * 64, "alt": "a"}] * 4, "invalid_body", "attachments"),
    ],
)
async def test_what_is_wrong_with_a_file_is_named(house, files, code, field):
    """An unknown digest, another station's included, a malformed one, no words, too many."""
    status, problem, _ = await house.call(
        "POST", f"{house.path}/alerts/preview", house.alert(attachments=files)
    )
    assert (status, problem["code"]) == (422, code)
    assert field in problem["fields"]


async def test_a_picture_says_in_words_what_it_shows(house):
    """Spaces are no words; nobody else's file is known."""
    digest = (await brought(house))[1]["digest"]
    named = house.alert(attachments=[{"digest": digest, "alt": "  "}])
    status, problem, _ = await house.call("POST", f"{house.path}/alerts/preview", named)
    assert (status, problem["code"]) == (422, "alt_missing")
    elsewhere = house.alert(attachments=[{"digest": digest, "alt": "a"}])
    path = f"/api/v1/stations/{house.elsewhere.slug}/alerts"
    status, problem, _ = await house.call("POST", path, elsewhere, key="elsewhere")
    assert (status, problem["code"]) == (422, "attachment_unknown")


@pytest.mark.parametrize(
    ("raw", "kind", "status", "code"),
    [
        (b"GIF89a", "image/jpeg", 422, "attachment_type"),
        (b"{}", "application/json", 415, "wrong_content_type"),
        (picture(), "text/html", 415, "wrong_content_type"),
        (document(act="file"), "application/pdf", 422, "attachment_acts"),
    ],
)
async def test_a_file_that_is_not_taken(house, raw, kind, status, code):
    """A problem document in every case, and nothing kept."""
    answered, problem, _ = await brought(house, raw, kind)
    assert (answered, problem["code"]) == (status, code)


async def test_a_file_that_is_too_heavy_is_stopped_as_it_comes(house):
    """By its length before anything is read of it; five times what other bodies may have passes."""
    for size, status, code in ((5_242_881, 413, "too_large"), (5_242_880, 422, "attachment_type")):
        headers = {"Authorization": f"Bearer {house.keys['danger']}", "Content-Type": "image/png"}
        sent = {"data": BytesIO(bytes(size)), "headers": headers}
        async with house.client.post(f"{house.path}/attachments", **sent) as response:
            told = await response.json()
            assert (response.status, told["code"]) == (status, code)
            assert status != 413 or "limits.attachment_bytes" in told["detail"]


async def test_what_a_file_is_its_bytes_say(house):
    """A PNG announced as a JPEG is a PNG."""
    assert (await brought(house, picture("PNG")))[1]["type"] == "image/png"


async def test_a_file_is_asked_for_again_by_its_idempotency_key(house):
    """The same answer; another file under the same key is refused."""
    once = {"Idempotency-Key": "photo-1"}
    first = await brought(house, **once)
    assert (await brought(house, **once))[:2] == first[:2]
    assert (await brought(house, picture("PNG"), **once))[1]["code"] == "idempotency_mismatch"


async def test_another_key_s_station_and_no_key_bring_nothing(house):
    """404 and 401, without the body being read."""
    assert (await brought(house, key="elsewhere"))[0] == 404
    assert (await brought(house, key=None))[0] == 401


async def test_an_instance_that_admits_none_says_so(sqlite, clock):
    """`[limits] attachments = 0`."""
    async with opened(sqlite, clock, Settings.model_validate({"limits": {"attachments": 0}})) as house:
        status, problem, _ = await brought(house)
        assert (status, problem["code"]) == (422, "attachments_off")


async def test_the_description_tells_what_may_be_brought(sqlite, clock):
    """Four media types, each bytes."""
    async with opened(sqlite, clock) as house:
        _, described, _ = await house.call("GET", "/api/v1/openapi.json", key=None)
    operation = described["paths"]["/api/v1/stations/{slug}/attachments"]["post"]
    kinds = {"image/jpeg", "image/png", "image/webp", "application/pdf"}
    assert set(operation["requestBody"]["content"]) == kinds
    assert {"201", "200", "413", "415", "422"} <= set(operation["responses"])
