"""One id from the click to the receipt: whoever greps it reads the story of an alert."""

import pytest
import structlog
from heart.far_end import bring, heed, raw
from heart.town import build, settings

from alertd import story
from alertd.deliver.service import Note, service
from alertd.issue import countdown
from alertd.model import Role, endpoint_id
from alertd.stations import operators
from gateways.contract import Outcome

CLICK = "click-0123456789"
STORY = ["released", "fanned_out", "handed_over", "message_closed", "receipts_heard"]


def told(log):
    """The lines of that id, in order."""
    return [line["event"] for line in log if line.get("request") == CLICK]


def listening():
    return structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars])


@pytest.fixture
async def town(db, clock):
    town = await build(db, clock, settings({"name": "MAIRIE"}))
    yield town
    await town.books()


async def carried(town):
    """Everything after the release, and a report of arrival."""
    await town.run()
    references = [each.reference for each in town.provider.ledger]
    await bring(town, raw(town, *((each, Outcome.DELIVERED) for each in references)))
    await heed(town)


async def test_a_release_is_followed_to_its_receipts_by_one_id(town):
    """Released, fanned out, handed over, reported, closed: every line of it bears the id of the click, and names nobody."""
    for _ in range(3):
        await town.person()
    with listening() as log:
        with story.about(CLICK):
            await town.release()
        await carried(town)
    assert [one for one in dict.fromkeys(told(log)) if one in STORY] == STORY
    assert {line["deliveries"] for line in log if line["event"] == "handed_over"} <= {1, 2, 3}


async def test_what_is_counted_down_keeps_the_id_of_who_armed_it(town):
    """The countdown ends on whatever node: what leaves then is still the click's."""
    await town.person()
    async with town.db.transaction() as tx:
        one = await operators.add(tx, town.clock, login="mairie", name="La maire")
        await operators.set_role(tx, one.id, town.station.id, Role.MAYOR)
    with listening() as log:
        with story.about(CLICK):
            await countdown.arm(town.desk, town.mayor, (await town.preview()).digest)
        town.clock.advance(countdown.LASTS_MS)
        await countdown.step(town.desk)
        await carried(town)
    assert [one for one in dict.fromkeys(told(log)) if one in STORY] == STORY


async def test_a_code_is_followed_from_its_click_too(town):
    """What is said to one person has a story as an alert has: handed over, and reported."""
    person = await town.person()
    with listening() as log:
        with story.about(CLICK):
            async with town.db.transaction() as tx:
                await service(
                    tx,
                    town.desk,
                    endpoint_id(person, 0),
                    Note("service.imported", {"link": "https://exemple.fr/x"}),
                )
        await carried(town)
    assert [one for one in dict.fromkeys(told(log)) if one in STORY] == STORY[2:]


def test_the_first_line_of_a_thing_is_told_and_the_rest_whispered():
    """A million deliveries by one sender are one line at `info`; what has no story is told nowhere."""
    one = story.Story()
    with listening() as log:
        for _ in range(3):
            one.handed_over(1, "ovh", {(7, CLICK): 500})
        one.tell("receipts_heard", None, 8, "ovh", receipts=1)
    assert [line["log_level"] for line in log] == ["info", "debug", "debug"]
