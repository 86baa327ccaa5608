"""Who still answers: on the page of figures, in plain words, in fives, and never so that anybody could be located."""

import html
import re
from dataclasses import replace

import pytest

from alertd.model import Channel, Mode
from alertd.watch.live_reach import Answering, LiveReach
from alertd.web.office import answering

PAGE = "/historique/chiffres"


@pytest.mark.usefixtures("client")
async def test_the_page_says_how_many_answered_and_what_to_do(mayor, desk, station):
    """Twelve people by SMS and e-mail, nobody heard of yet; then ten e-mails of them."""
    _, page = await mayor.get(PAGE)
    assert line(page, "SMS") == "signe de vie de 0 sur 10 ; perdues : 0."
    people = await desk.db.fetch("subscribers.list_page", station.id, 0, 100)
    mailboxes = [one["subscriber_id"] << 8 | 1 for one in people]
    async with desk.db.transaction() as tx:
        await tx.execute("endpoints.hear", str(mailboxes[:10]))
    _, page = await mayor.get(PAGE)
    assert line(page, "Courriels") == "signe de vie de 10 sur 10 ; perdues : 0."
    said = html.unescape(page)
    assert "La vérification silencieuse est désactivée." in said, "a training station asks nobody"
    assert "Personne ne reçoit de rappel au nom de cette station." in said, "nor reminds anybody"
    assert "« Essayer mes moyens »" in said


def test_telephones_come_first_in_words(station_of_the_town):
    """As the mayor would say it; what is few is not told apart, nor by a difference."""
    push = Answering(Channel.PUSH, active=520, heard=412, silent=3, dead=0)
    part = answering.part(station_of_the_town, LiveReach((push,), 1_772_442_000_000), 0, asks=True)
    assert part.lead == "Téléphones qui ont répondu ce mois-ci : 410 sur 520."
    assert part.lines == (
        (
            "Notifications",
            "signe de vie de 410 sur 520 ; muettes : moins de 5 ; iPhone ou pas encore interrogées : 105 ; perdues : 0.",
        ),
    )
    assert part.asked == "Dernière vérification silencieuse : 2 mars 2026."
    few = replace(push, active=523, heard=522)
    part = answering.part(station_of_the_town, LiveReach((few,), None), 0, asks=True)
    assert part.lead == "Téléphones qui ont répondu ce mois-ci : 520 sur 520."
    assert part.asked == "La vérification silencieuse n'a pas encore eu lieu."


def test_without_telephones_nothing_is_said_of_them(station_of_the_town):
    """A station by SMS alone."""
    sms = Answering(Channel.SMS, active=3, heard=0, silent=0, dead=1)
    part = answering.part(station_of_the_town, LiveReach((sms,), None), None, asks=True)
    said = "signe de vie de 0 sur moins de 5 ; perdues : moins de 5."
    assert (part.lead, part.lines) == ("", (("SMS", said),))


@pytest.mark.parametrize(
    ("reminded", "said"),
    [
        (0, "Rappels envoyés cette année à qui n'avait plus donné signe de vie : 0."),
        (3, "Rappels envoyés cette année à qui n'avait plus donné signe de vie : moins de 5."),
        (143, "Rappels envoyés cette année à qui n'avait plus donné signe de vie : 140."),
        (None, "Personne ne reçoit de rappel au nom de cette station."),
    ],
)
def test_reminders_are_counted_so_that_nobody_is_found(station_of_the_town, reminded, said):
    """In fives; below five it is not told how many; where none leave that is said."""
    assert answering.part(station_of_the_town, LiveReach((), None), reminded, asks=True).reminded == said


@pytest.fixture
def station_of_the_town(station):
    return replace(station, mode=Mode.LIVE)


def line(page, name):
    (found,) = re.findall(rf"<li><strong>{name}</strong> : ([^<]*)</li>", page)
    return found
