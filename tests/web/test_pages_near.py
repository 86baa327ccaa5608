"""The places that one taps: the last used, then by name; with or without a script they say place and "around" at once."""

import re

import pytest
from web.form_read import posted

from alertd.issue import reading
from alertd.stations import drawings

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # no SQL of its own
NEW = "/alertes/nouvelle?sujet=fire"


def tapped(page):
    """The places that stand there, in their order."""
    return re.findall(r'name="where" value="hamlet:\w+"[^>]*>([^<]*)<', page)


async def hamlets(mayor, *names):
    async with mayor.desk.db.transaction() as tx:
        for n, name in enumerate(names):
            await drawings.add_hamlet(tx, mayor.station, name, 49.2 + n / 1000, 5.38)


async def test_eight_places_stand_there_the_last_used_first(mayor):
    """By name; a place of the last alert comes first, be it the last of the alphabet; what is beyond eight is in the list."""
    await hamlets(mayor, *"CABDEFGHZ")
    assert tapped((await mayor.get(NEW))[1]) == [*"ABCDEFGH"]
    await mayor.released(where="hamlet:10", hamlet="")
    page = (await mayor.get(NEW))[1]
    assert tapped(page) == ["Z", *"ABCDEFG"]
    assert ">H</option>" in page


async def test_one_tap_says_around_which_place(mayor):
    """The circle is around the place that was tapped, whatever the long list shows; come back to, it is ticked."""
    await hamlets(mayor, "Vaux")
    _, fields = await mayor.previewed(where="hamlet:2", hamlet="1", radius_m="500")
    assert (fields["where"], fields["hamlet"]) == ("hamlet", "2")
    page = (await mayor.get(f"/alertes/nouvelle?apercu={fields['digest']}"))[1]
    assert posted(page)["where"] == "hamlet:2"
    assert posted(page)["radius_m"] == "500"
    path = await mayor.sent(fields)
    view = await reading.alert(mayor.desk, int(path.rpartition("/")[2]))
    assert view.content.target.zone.radius_m == 500


@pytest.mark.parametrize("where", ["hamlet:", "hamlet:99", "hamlet:x:y", "station:2", ":"])
async def test_what_is_no_place_of_ours_is_asked_again(mayor, where):
    """Nothing is aimed at a place that is not there."""
    status, page, _ = await mayor.post("/alertes/nouvelle", mayor.alert(where=where, hamlet=""))
    assert status == 422
    assert "form_invalid" not in page


async def test_emergencies_whose_words_are_ready_stand_on_the_first_page(mayor, browser):
    """Above the alerts for whoever may send them, first of all tiles; the page stays light; an agent has none."""
    page = (await mayor.get("/"))[1]
    assert "modele=fire" in page
    assert "modele=water" not in page
    assert len(page.encode()) < 20_000
    tiles = (await mayor.get("/alertes/nouvelle"))[1]
    assert tiles.index("modele=fire") < tiles.index("sujet=") < tiles.index("modele=road")
    assert tiles.count("modele=fire") == 1
    browser.client.session.cookie_jar.clear()
    await browser.log_in("le-agent")
    assert "modele=" not in (await browser.get("/"))[1]
