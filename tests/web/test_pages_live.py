"""While an alert lasts: who was reached and why not, its end in sight, a longer one, and the words for the commune's other pages."""

import html
import re
from dataclasses import replace

import pytest
from web.pages_house import hidden

import zones
from alertd.clock import HOUR, MINUTE
from alertd.issue import reading
from alertd.issue.reached import ReachedCell
from alertd.issue.undo import HOLD_MS
from alertd.model import Channel, State
from alertd.stations.drawings import Hamlet
from alertd.subscribe import groups
from alertd.web.office.reached_map import MapNews, reached_part
from alertd.web.office.sharing import ShareNews
from alertd.web.progress import progress_part


async def test_an_alert_is_prolonged_in_its_own_words(mayor):
    """The text is ready and says the new end; it goes out as an update of the same alert; again, it says the newest end alone."""
    path = await mayor.released()
    assert "Jusqu'à : aujourd'hui à 14 h 00" in plain((await mayor.get(f"{path}/prolonger"))[1])
    for hours, end in (("1", "14:00"), ("2", "16:00")):
        _, _, preview = await mayor.post(f"{path}/prolonger", {"hours": hours})
        page = plain((await mayor.get(preview))[1])
        assert f"Incendie près de la gare (Jusqu'à lun. 2 mars {end})" in page
        assert await mayor.sent(hidden(page)) == path
        assert page.count("Jusqu'à lun.") == page.count(f"mars {end})")
    assert "Jusqu'à : aujourd'hui à 16 h 00" in plain((await mayor.get(path))[1])


async def test_nobody_prolongs_beyond_the_level_s_longest_nor_what_is_over(mayor):
    """What is not among the choices is refused, as is an alert that has ended."""
    path = await mayor.released()
    assert (await mayor.post(f"{path}/prolonger", {"hours": "9999"}))[0] == 422
    await mayor.post(f"{path}/fin")
    assert (await mayor.get(f"{path}/prolonger"))[0] == 409


async def test_half_an_hour_before_its_end_the_page_asks(mayor, desk, clock):
    """Prolonger or Fin d'alerte; unanswered, it says that the end was not confirmed."""
    path = await mayor.released()
    assert "Faut-il la prolonger" not in (await mayor.get(path))[1]
    clock.advance(3 * HOUR - 20 * MINUTE)
    page = plain((await mayor.get(path))[1])
    assert (
        "Cette alerte se termine à 13 h 00 (encore 20 minutes). Faut-il la prolonger, ou est-ce fini ?"
        in page
    )
    clock.advance(HOUR)
    async with desk.db.transaction() as tx:
        await tx.execute("alerts.expire", int(path.rpartition("/")[2]))
    page = plain((await mayor.get(path))[1])
    assert "Expirée, fin non confirmée" in page
    assert "Faut-il la prolonger" not in page
    assert f'href="{path}/fin"' in page


async def test_who_was_not_reached_and_why_is_said_in_words(mayor, desk):
    """Arrived, in doubt, not arrived: the sides add up, each failure has its reason."""
    path = await mayor.released()
    message = (await desk.db.fetch("messages.of_alert", int(path.rpartition("/")[2])))[0]["id"]
    async with desk.db.transaction() as tx:
        for state, n in ((State.DELIVERED, 9), (State.ACCEPTED, 4), (State.REFUSED, 2), (State.UNKNOWN, 1)):
            await tx.execute("tallies.add", message, 0, Channel.SMS, state, n)
    page = plain((await mayor.get(path))[1])
    assert "Messages arrivés : 9. Remis, sans nouvelle de l'arrivée : 5. Messages pas arrivés : 2." in page
    assert "2 injoignables : le numéro ou l'adresse n'existe plus" in page
    assert "1 réponse inconnue : l'opérateur n'a rien répondu ; le message est peut-être arrivé." in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Le danger est passé."),
        ({"topic": "works", "level": "info"}, "C'est terminé."),
        ({"exercise": "on"}, "L'exercice est terminé."),
    ],
)
async def test_the_page_of_the_end_says_what_is_over(mayor, changes, said):
    """A danger, an exercise, or what was no danger."""
    path = await mayor.released(**changes)
    assert f"{said} Tous ceux qui ont été prévenus" in plain((await mayor.get(f"{path}/fin"))[1])


async def test_prolonging_leads_to_any_other_end(mayor):
    """Its hours are few; what lasts for weeks is corrected."""
    path = await mayor.released()
    assert f'href="{path}/corriger"' in (await mayor.get(f"{path}/prolonger"))[1]


async def test_the_text_and_the_link_are_ready_to_be_copied_and_again_at_the_end(mayor, client):
    """What was said last, with a link that a neighbour opens."""
    path = await mayor.released()
    number = path.rpartition("/")[2]
    said = copied((await mayor.get(path))[1])
    assert said.startswith("Bras-sur-Meuse: Incendie près de la gare")
    assert said.endswith(f"/bras-sur-meuse/alertes/{number}")
    client.session.cookie_jar.clear()
    assert (await mayor.get(f"/bras-sur-meuse/alertes/{number}"))[0] == 200
    await mayor.log_in()
    await mayor.post(f"{path}/fin")
    said = copied((await mayor.get(path))[1])
    assert said.startswith("Bras-sur-Meuse: Fin d'alerte: Incendie près de la gare")
    assert "Plus de danger." in said


async def test_where_people_are_reached_is_drawn_and_said(mayor, rooms, link, station):
    """In fives, by large cells: nobody yet; and for a page that stays open again when nothing else will come."""
    path = await mayor.released()
    await link(path)  # its people are planned
    page = plain((await mayor.get(path))[1])
    assert "Atteints, et pas atteints" in page
    assert page.count('class="cell quarter-0"') == 1
    assert "Autour de La Gare : moins de 5 atteints sur 10 environ." in page
    view = await reading.alert(rooms.desk, int(path.rpartition("/")[2]))
    books = await reading.progress(rooms.desk, view.summary.id)
    news = MapNews(rooms, station)
    assert await news.news(view, books, last=False) == ""
    assert "quarter-0" in await news.news(view, books, last=True)
    assert await news.news(view, books, last=True) == ""


async def test_the_map_tells_at_once_that_planning_and_sending_ended(mayor, rooms, link, station):
    """However lately it was drawn: beside "L'envoi est terminé" stands who was reached then."""
    path = await mayor.released()
    view = await reading.alert(rooms.desk, int(path.rpartition("/")[2]))
    news = MapNews(rooms, station)
    assert await news.news(view, await reading.progress(rooms.desk, view.summary.id), last=False) == ""
    await link(path)  # its people are planned
    books = await reading.progress(rooms.desk, view.summary.id)
    assert "quarter-0" in await news.news(view, books, last=False)
    done = tuple(replace(book, tally={State.DELIVERED.word: 24}) for book in books)
    assert await news.news(view, done, last=False) == ""  # looked at once more: it is as it was
    assert await news.news(view, done, last=False) == ""


async def test_the_sending_is_said_to_be_over_once_it_is(mayor, rooms, link):
    """Never beside a dash for the last message: while answers may still come, it says that they are waited for."""
    path = await mayor.released()
    await link(path)
    view = await reading.alert(rooms.desk, int(path.rpartition("/")[2]))
    (book,) = await reading.progress(rooms.desk, view.summary.id)
    for closed, said in (
        (False, "Tout est parti ; on attend les dernières réponses."),
        (True, "L'envoi est terminé."),
    ):
        done = replace(book, tally={State.DELIVERED.word: 24}, closed=closed)
        (told,) = progress_part(view, (done,), rooms.clock.now_ms()).events
        assert told.settled.endswith(said)


def test_one_place_is_named_once(station):
    """Cells that are called alike are added up; the place where most are missing stands first."""
    gare = Hamlet(1, station.id, "La Gare", 49.2115, 5.379)
    near = zones.cell(49.2115, 5.379) >> zones.COARSE_SHIFT
    cells = (ReachedCell(near, 25, 25), ReachedCell(near + 1, 5, 5), ReachedCell(near + 2, -1, 0))
    told = reached_part(station, None, cells, [gare])
    assert told.lines == ("Autour de La Gare : tous, 30 abonnés environ.",)
    part_ = reached_part(station, None, (*cells, ReachedCell(near + 3, 10, 0)), [gare])
    assert part_.lines == ("Autour de La Gare : 30 atteints sur 40 environ.",)


async def test_the_box_for_other_networks_comes_by_itself(mayor, rooms, station, desk):
    """A page that was opened while the sending could be undone gets picture and button without a reload; another is left alone."""
    _, fields = await mayor.previewed(level="info", topic="works")
    _, _, path = await mayor.post("/alertes/envoyer", fields)
    page = (await mayor.get(path))[1]
    assert f'data-live="{path}/flux"' in page
    assert f"{path}.png" not in page
    view = await reading.alert(rooms.desk, int(path.rpartition("/")[2]))
    news = ShareNews(rooms, station, shown=False)
    assert await news.news(view) == ""
    desk.clock.advance(HOLD_MS)
    assert f"{path}.png" in await news.news(view)
    assert await news.news(view) == ""
    assert f'data-live="{path}/flux?image"' in (await mayor.get(path))[1]
    assert await ShareNews(rooms, station, shown=True).news(view) == ""


async def test_a_group_s_words_are_not_offered_to_facebook(mayor, desk, station):
    """Nor is their link anybody's."""
    async with desk.db.transaction() as tx:
        council = await groups.add(tx, station.id, "Conseil")
        await groups.put(tx, council, [1])
    path = await mayor.released(level="info", topic="works", where="groups", groups=[str(council)])
    assert "Facebook" not in (await mayor.get(path))[1]


def copied(page):
    """What stands in the area for copying."""
    return html.unescape(
        re.search(r'<textarea id="shared" readonly rows="6">\n(.*?)</textarea>', page, re.DOTALL)[1]
    )


def plain(page):
    return re.sub(r"\s", " ", html.unescape(page))


async def test_only_the_headers_of_a_stream_are_asked_for(mayor):
    """They come alone, and at once: what followed them would be read as the answer to the next question on the same line."""
    path = await mayor.released()
    for stream in (f"{path}/flux", f"{path}/depart", "/alertes/departs", "/sandbox/flux"):
        async with mayor.client.head(stream) as response:
            assert (response.status, response.content_type) == (200, "text/event-stream"), stream
            assert await response.read() == b""
        assert (await mayor.get("/"))[0] == 200


async def test_the_picture_is_offered_once_the_message_cannot_be_undone(mayor, client, clock):
    """As long as an information waits for second thoughts its picture is nobody's, and the page asks for none; taken back, it has
    nothing to copy.
    """
    first, second = [await _sent(mayor, topic) for topic in ("road", "water")]
    number = first.rpartition("/")[2]
    plate = f"/bras-sur-meuse/alertes/{number}.png"
    page = (await mayor.get(first))[1]
    assert plate not in page
    assert "quand l'envoi ne pourra plus être annulé" in plain(page)
    assert (await mayor.post(f"{second}/annuler"))[0] == 303
    assert "Copier pour Facebook" not in (await mayor.get(second))[1]
    clock.advance(HOLD_MS + 1)
    assert plate in (await mayor.get(first))[1]
    assert (await client.get(plate)).status == 200


async def _sent(mayor, topic):
    """An information that may still be undone."""
    _, fields = await mayor.previewed(topic=topic, level="info", headline=topic)
    return (await mayor.post("/alertes/envoyer", dict(fields) | {"confirmed": "on"}))[2]
