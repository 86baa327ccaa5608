"""Daily quotas of informations: what the page tells of them."""

import html

from alertd.stations import quotas


async def decide(house, deliveries):
    """The station's own quota."""
    async with house.desk.db.transaction() as tx:
        await quotas.decide(tx, house.station, deliveries)


async def test_the_preview_page_tells_what_is_left_today_and_the_form_says_when_it_is_too_much(mayor):
    """Twelve SMS where thirteen are left: told before; after them, the sentence that says when it will pass."""
    await decide(mayor, 13)
    changes = {"level": "info", "channels": ["sms"]}
    page = html.unescape((await mayor.previewed(**changes))[0])
    assert "il reste 13 envois aujourd'hui, avant celui-ci, sur 13" in page.replace("\u00a0", " ")
    assert "Quota" not in html.unescape((await mayor.previewed(level="danger"))[0])
    await mayor.released(**changes)
    status, page, path = await mayor.post("/alertes/nouvelle", mayor.alert(**changes, headline="Fête"))
    assert (status, path) == (429, "")
    assert "Il pourra partir demain, dès minuit" in html.unescape(page)
