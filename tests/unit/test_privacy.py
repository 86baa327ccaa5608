"""The papers that the law asks for say what the configuration says, and mark what nobody has said."""

from dataclasses import replace

import pytest

from alertd.model import Mode, Station
from alertd.privacy import facts, papers
from alertd.privacy.facts import Scale
from alertd.privacy.papers import Paper
from alertd.settings import Settings
from alertd.settings.reminder import Reminder
from alertd.settings.silent_probe import SilentProbe

STATION = Station(
    1, "bras", "Bras | <b>", "commune", Mode.LIVE, "Europe/Paris", "FR", "fr", 49.2, 5.3, phone="+33329000000"
)
SETTINGS = Settings.model_validate(
    {
        "http": {"public_url": "https://alertes.example"},
        "retention": {"deliveries_days": 123},
        "geocoder": {"base_url": "https://data.geopf.fr/geocodage"},
        "backup": {
            "remote": {
                "url": "s3://bras/a",
                "endpoint": "https://coffre.example",
                "access_key": "k",
                "secret_file": "/s",
            }
        },
        "privacy": {"officer": "DPD du syndicat", "processors": {"relais": "Courriel SAS, Lille"}},
        "gateways": {
            "texto": {"driver": "ovh", "channels": ["sms"]},
            "relais": {"driver": "smtp", "channels": ["email"]},
            "ligne": {"driver": "smpp", "channels": ["sms"]},
            "bac": {"driver": "sandbox", "channels": ["voice"]},
        },
    }
)
SCALE = Scale("120", 3, children=True)


@pytest.mark.parametrize("paper", Paper)
def test_a_paper_names_who_answers_and_what_is_missing(paper):
    """Each names the station and the durations in force; none shows Markdown or HTML that a name brought along."""
    text = papers.markdown(paper, facts.of(SETTINGS, STATION, 0, SCALE))
    assert "Bras | <b>" in text
    assert "123 jours après la fin de l'alerte" in text
    page = papers.html(paper, facts.of(SETTINGS, STATION, 0, SCALE))
    assert "<b>" not in page
    assert {block.kind for block in papers.blocks(text)} <= {"h1", "h2", "h3", "p", "ul", "table"}
    for block in papers.blocks(text):
        assert block.kind != "table" or len({len(row) for row in block.items}) == 1


@pytest.mark.parametrize("paper", [Paper.REGISTER, Paper.ASSESSMENT, Paper.CONTRACT, Paper.RESIDENTS])
def test_whoever_sees_something_is_named_with_the_country(paper):
    """Providers by their drivers, relays by the settings, services that the machine asks; an unknown one is to be completed, and the
    sandbox is nobody.
    """
    text = papers.markdown(paper, facts.of(SETTINGS, STATION, 0, SCALE))
    wanted = (
        "OVH SAS",
        "Roubaix, France",
        "Courriel SAS, Lille",
        "compte « ligne » : à compléter",
        "data.geopf.fr",
        "coffre.example",
    )
    assert [one for one in wanted if one not in text] == []
    assert "« bac »" not in text


def test_the_assessment_lists_what_is_left_to_do():
    """What the settings leave out is a line of the plan; what they say is none."""
    text = papers.markdown(Paper.ASSESSMENT, facts.of(SETTINGS, STATION, 0, SCALE))
    plan = text.partition("## 5.")[2]
    assert "ligne" in plan
    assert "storage" in plan
    assert "officer" not in plan


def test_an_association_does_not_claim_a_mission_of_public_interest():
    """What is a mairie's legal basis is not a club's."""
    club = replace(STATION, kind="association")
    assert "L2212-2" in papers.markdown(Paper.REGISTER, facts.of(SETTINGS, STATION, 0))
    assert "L2212-2" not in papers.markdown(Paper.REGISTER, facts.of(SETTINGS, club, 0))


def test_a_silent_check_is_told_of_where_it_happens():
    """Residents read that a month's silent notification, and when they were heard of last, is noted; not where nobody is asked."""
    off = SETTINGS.model_copy(update={"silent_probe": SilentProbe(enabled=False)})
    training = replace(STATION, mode=Mode.TRAINING)
    told = [
        papers.markdown(Paper.RESIDENTS, facts.of(*each, 0))
        for each in ((SETTINGS, STATION), (off, STATION), (SETTINGS, training))
    ]
    assert ["notification silencieuse" in text for text in told] == [True, False, False]
    assert all("signe de vie" in text for text in told)


def test_an_account_of_another_station_is_nobody_s_business():
    """Whose own an account is, and those under it, name its provider; the others' papers do not."""
    tables = {"texto": {"driver": "ovh", "channels": ["sms"], "stations": ["bras"]}}
    owned = Settings.model_validate({"gateways": tables})
    assert "OVH SAS" in papers.markdown(Paper.REGISTER, facts.of(owned, STATION, 0, owners=("bras",)))
    text = papers.markdown(Paper.REGISTER, facts.of(owned, STATION, 0))
    assert "OVH SAS" not in text
    assert "texto" not in text


def test_a_reminder_is_told_of_where_it_is_sent():
    """Residents and the register read after how long, by what and how often; a private station sends none in its name."""
    off, sms = (
        SETTINGS.model_copy(update={"reminder": Reminder(**terms)})
        for terms in ({"enabled": False}, {"sms": True})
    )
    private = replace(STATION, private=True)
    told = [
        papers.markdown(Paper.RESIDENTS, facts.of(*each, 0))
        for each in ((SETTINGS, STATION), (off, STATION), (SETTINGS, private), (sms, STATION))
    ]
    assert ["un au plus en 365 jours" in text for text in told] == [True, False, False, True]
    assert ["sinon par SMS" in text for text in told] == [False, False, False, True]
    assert "dernier rappel" in papers.markdown(Paper.REGISTER, facts.of(SETTINGS, STATION, 0))
