"""What was sent is found again, done again, and added up."""

import html
import re
from dataclasses import replace
from datetime import datetime

import pytest
from web.pages_house import hidden

from alertd.clock import DAY, from_ms
from alertd.deliver.routes import SHARED, Routes, Sender
from alertd.issue import ledger, reading
from alertd.issue.ledger import Sums, Wanted
from alertd.model import Channel, State
from alertd.settings.providers import Sender as Terms
from alertd.subscribe.leave import leave
from alertd.web.office import figures, plots

SEGMENTS = 2
"""Of "Bras-sur-Meuse: Route barrée. Fermez vos fenêtres." with its link: the "ê" is not of the SMS alphabet."""


async def delivered(desk, path, channel, state, n):
    """The books of an alert's first message say that so many of a channel stand so."""
    alert = int(path.rpartition("/")[2])
    (message, *_) = await desk.db.fetch("messages.of_alert", alert)
    async with desk.db.transaction() as tx:
        await tx.execute("tallies.add", message["id"], 1, int(channel), int(state), n)


@pytest.fixture
async def past(mayor, clock):
    """Three alerts, a day apart."""
    paths = []
    for headline, topic in (
        ("Coupure d'eau à l'école", "water"),
        ("Incendie à la gare", "fire"),
        ("Route barrée", "road"),
    ):
        level = "danger" if topic == "fire" else "warning"
        paths.append(await mayor.released(headline=headline, topic=topic, level=level))
        clock.advance(DAY)
        await mayor.log_in()
    return paths


async def shown(browser, query=""):
    """The headlines that the search shows, in order, and the page."""
    status, page = await browser.get(f"/historique{query}")
    assert status == 200
    return [html.unescape(one) for one in re.findall(r"<strong>([^<]+)</strong>", page)], html.unescape(page)


@pytest.mark.usefixtures("past")
async def test_alerts_are_found_by_words_dates_and_topic(mayor):
    """Every word wherever it was said and however it is accented; a day counts whole; what is not there is said not to be."""
    everything = ["Route barrée", "Incendie à la gare", "Coupure d'eau à l'école"]
    assert (await shown(mayor))[0] == everything
    assert (await shown(mayor, "?mots=ecole+eau"))[0] == everything[2:]
    assert (await shown(mayor, "?mots=fenetres"))[0] == everything  # in the instruction
    assert (await shown(mayor, "?sujet=fire"))[0] == everything[1:2]
    assert (await shown(mayor, "?du=2026-03-03&au=2026-03-03"))[0] == everything[1:2]
    assert (await shown(mayor, "?au=2026-03-02"))[0] == everything[2:]
    _, page = await shown(mayor, "?mots=texts")
    assert "Rien de tel n'a été envoyé." in page
    _, page = await shown(mayor, "?du=hier")
    assert "Une date se lit" in page


async def test_each_line_says_who_how_many_and_at_what_cost(mayor, desk, past):
    """People, messages that left and arrived, the price, the operator; who left is not counted out below five."""
    await delivered(desk, past[1], Channel.SMS, State.DELIVERED, 9)
    await delivered(desk, past[1], Channel.SMS, State.ACCEPTED, 2)
    await delivered(desk, past[1], Channel.SMS, State.REFUSED, 1)
    _, page = await shown(mayor, "?sujet=fire")
    assert "par le-mayor" in page
    assert "12 personnes, 11\N{NO-BREAK SPACE}messages envoyés, dont 9 reçus ou lus" in page
    assert "Coût : gratuit" in page
    assert "départ" not in page


@pytest.mark.usefixtures("past")
async def test_who_left_after_an_alert_is_counted_for_two_days(mayor, desk, station):
    """Two people leave a day after the last alert, which is two after the one before: they left after the last."""
    async with desk.db.transaction() as tx:
        for person in (1, 2):
            await leave(tx, station.id, person)
    told = await figures.of_year(desk, station)
    assert [(alert.headline, alert.left) for alert in told.alerts] == [
        ("Coupure d'eau à l'école", 0),
        ("Incendie à la gare", 0),
        ("Route barrée", 2),
    ]
    assert told.months[-1].left == 2
    _, page = await shown(mayor, "?sujet=road")
    assert "moins de 5 départs dans les deux jours" in page
    [path] = set(re.findall(r'href="(/alertes/[0-9]+)"', page))
    assert "Partis de la station : moins de 5 personnes depuis l" in (await mayor.get(path))[1]


async def test_that_nobody_left_is_said_only_where_it_is_so(mayor, desk, past):
    """Two days must have passed for what is said of them; and who refused the message is not said to have stayed."""
    assert "Personne n'est parti depuis l'envoi." in html.unescape((await mayor.get(past[2]))[1])
    assert "Personne n'est parti dans les deux jours" in html.unescape((await mayor.get(past[0]))[1])
    await delivered(desk, past[2], Channel.SMS, State.STOPPED, 1)
    page = html.unescape((await mayor.get(past[2]))[1])
    assert "1 parti : la personne a demandé à ne plus recevoir" in page.replace("\u00a0", " ")
    assert "Personne n'est parti" not in page


@pytest.mark.usefixtures("past")
async def test_an_alert_is_done_again_as_a_new_one(mayor):
    """The form has its words, place and means, and an end to come; nothing is sent by opening it."""
    _, page = await shown(mayor, "?sujet=fire")
    path = re.search(r"/alertes/nouvelle\?copie=\d+", page)[0]
    status, form = await mayor.get(path)
    assert status == 200
    assert "Incendie à la gare" in html.unescape(form)
    assert 'action="/alertes/nouvelle"' in form
    end = datetime.fromisoformat(re.search(r'name="expires" value="([^"]+)"', form)[1])
    assert end.date().isoformat() == "2026-03-05"
    assert len((await shown(mayor))[0]) == 3


@pytest.mark.usefixtures("past")
async def test_a_reader_sees_and_copies_nothing(browser):
    """History is for every operator of the station; only who may send is offered to do it again."""
    await browser.log_in("le-reader")
    headlines, page = await shown(browser)
    assert len(headlines) == 3
    assert "copie=" not in page
    assert (await browser.get("/alertes/nouvelle?copie=1"))[0] == 403


async def test_a_years_figures_are_drawn_and_tabled(mayor, desk, past):
    """Twelve months to now, each picture with a name and the same numbers as a table."""
    await delivered(desk, past[0], Channel.SMS, State.SEEN, 8)
    await delivered(desk, past[0], Channel.EMAIL, State.ACCEPTED, 8)
    status, page = await mayor.get("/historique/chiffres")
    page = html.unescape(page)
    assert status == 200
    assert (
        "Depuis douze mois : 3\N{NO-BREAK SPACE}alertes, 16\N{NO-BREAK SPACE}messages envoyés, gratuit."
        in page
    )
    assert '<th scope="row">mars 2026</th><td>3</td><td>16</td><td>8</td>' in page
    assert page.count('role="img" aria-label="') == 3
    assert page.count('<th scope="row">') == 12 + 12 + 3


async def test_an_exercise_is_in_no_figure_of_real_alerts(mayor, desk, station, past):
    """Its messages, receipts and departures are added to nothing; what it cost is a line, and a column, of its own."""
    await delivered(desk, past[0], Channel.SMS, State.SEEN, 8)
    before = await figures.of_year(desk, station)
    drill = await mayor.released(headline="Essai d'évacuation", exercise="on", topic="works", level="info")
    await delivered(desk, drill, Channel.SMS, State.DELIVERED, 255)
    told = await figures.of_year(desk, station)
    assert [replace(month, exercises=0, drilled=Sums()) for month in told.months] == list(before.months)
    assert told.alerts == before.alerts
    assert (told.months[-1].exercises, told.months[-1].drilled.sent) == (1, 255)
    page = html.unescape((await mayor.get("/historique/chiffres"))[1]).replace("\N{NO-BREAK SPACE}", " ")
    assert "Depuis douze mois : 3 alertes, 8 messages envoyés, gratuit." in page
    assert "Les exercices, comptés à part : 1 exercice, 255 messages envoyés, gratuit." in page
    assert '<th scope="row">mars 2026</th><td>3</td><td>8</td><td>8</td>' in page
    assert '<th scope="row">mars 2026</th><td>gratuit</td><td>gratuit</td>' in page
    assert "Essai d'évacuation" not in page


@pytest.mark.usefixtures("past")
async def test_a_search_counts_exercises_apart(mayor):
    """They are found with the alerts they are like, and not called alerts."""
    await mayor.released(headline="Essai d'évacuation", exercise="on", topic="works", level="info")
    headlines, page = await shown(mayor)
    assert len(headlines) == 4
    assert "3 alertes et 1 exercice." in page.replace("\N{NO-BREAK SPACE}", " ")
    _, page = await shown(mayor, "?sujet=works")
    assert ">1 exercice." in page.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.usefixtures("past")
async def test_a_price_is_that_of_the_sender_and_the_words(desk, station):
    """Segments times messages times the tariff; what was refused costs nothing, an unknown may have been billed."""
    (one,) = (await ledger.search(desk, station.id, Wanted(), None, 1)).alerts
    content = (await reading.alert(desk, one.id)).content
    sender = Sender(
        1,
        "ovh",
        "MAIRIE",
        Channel.SMS,
        None,
        1,
        "segment",
        Terms.model_validate({"name": "MAIRIE", "price": 0.05}),
    )
    priced = replace(desk, routes=Routes({(station.mode, Channel.SMS, False): (sender,)}))
    book = {
        (Channel.SMS, State.DELIVERED): 10,
        (Channel.SMS, State.REFUSED): 5,
        (Channel.SMS, State.UNKNOWN): 1,
    }
    told = ledger.sums(priced, station, SHARED, content, book)
    assert (told.sent, told.arrived, round(told.price, 2)) == (10, 10, round(11 * SEGMENTS * 0.05, 2))


def test_a_plot_says_its_rows_and_fits():
    """The longest bar ends where its words still fit; a year of nothing is drawn all the same."""
    drawn = str(
        plots.bars([plots.Bar("janv. 26", 40, "50 %", 20), plots.Bar("févr. 26", 0, "–")], "Par mois")
    )
    assert 'aria-label="Par mois"' in drawn
    widths = [float(one) for one in re.findall(r'width="([0-9.]+)" height="16"', drawn)]
    assert widths == [152.0, 76.0, 1.0, 0.0]
    assert "50 %" in drawn
    assert plots.bars([], "Rien")


async def test_what_waited_as_a_draft_is_of_the_day_when_it_was_sent(mayor, desk, clock):
    """Found by that day, shown with its hour, and who left before it left is not counted with it."""
    _, _, path = await mayor.post("/alertes/nouvelle", mayor.alert())
    fields = hidden((await mayor.get(path))[1])
    _, _, stopped = await mayor.post("/alertes/envoyer", dict(fields) | {"confirmed": "on"})
    await mayor.post(f"{stopped}/arreter", {})
    begun = clock.now_ms()
    clock.advance(3 * DAY)
    await mayor.log_in()
    _, _, path = await mayor.post(f"{stopped}/corriger", mayor.alert())
    assert await mayor.sent(hidden((await mayor.get(path))[1])) == stopped
    (one,) = (await ledger.search(desk, mayor.station.id, Wanted(), None, 9)).alerts
    assert (one.created_at, one.dated - begun >= 3 * DAY) == (begun, True)
    for since, until, found in ((0, begun + DAY, 0), (begun + DAY, begun + 4 * DAY, 1)):
        wanted = Wanted(since=since, until=until)
        assert len((await ledger.search(desk, mayor.station.id, wanted, None, 9)).alerts) == found
    (shown_in_figures,) = (await figures.of_year(desk, mayor.station)).alerts
    assert shown_in_figures.day == from_ms(one.dated).date()


async def test_what_is_done_again_has_not_the_end_of_the_last_time(mayor):
    """A prolonging put it behind the headline; the form of the new one has the headline alone."""
    path = await mayor.released(headline="Route barrée", topic="road", level="warning")
    _, _, preview = await mayor.post(f"{path}/prolonger", {"hours": "2"})
    await mayor.sent(hidden((await mayor.get(preview))[1]))
    assert "Route barrée (Jusqu" in html.unescape((await mayor.get(path))[1])
    page = html.unescape((await mayor.get(f"/alertes/nouvelle?copie={path.rpartition('/')[2]}"))[1])
    assert "Route barrée" in page
    assert "Route barrée (Jusqu" not in page
