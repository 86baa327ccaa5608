"""A station's topics are listed, hidden, shown and renamed at the command line."""

import json

import pytest
from unit.typed import PLACE, alertd

__all__ = ["alertd"]


@pytest.fixture(autouse=True)
def club(alertd):
    """And a club under the commune, `judo`."""
    said = ("--name", "Judo", "--kind", "association", "--parent", "bras")
    assert alertd("station", "add", "judo", *said, *PLACE)[0] == 0


def topics(alertd, *words):
    status, said = alertd("station", "topic", "judo", *words)
    assert status == 0, said
    return json.loads(said)["topics"]


def test_topics_are_hidden_shown_and_renamed(alertd):
    """What is not named stays as it was; each is in the audit."""
    assert set(topics(alertd)) == {"weather", "event", "mairie", "club"}
    assert topics(alertd, "club", "--label", "Entraînements")["club"] == "Entraînements"
    assert "club" not in topics(alertd, "club", "--hide")
    assert topics(alertd, "club", "--show")["club"] == "Entraînements"
    assert topics(alertd, "works", "--show")["works"] == "Travaux, stationnement"
    assert topics(alertd, "club", "--label", "")["club"] == "Associations"
    assert alertd("audit", "verify")[0] == 0


@pytest.mark.parametrize("key", ["fire", "nonsense"])
def test_what_is_not_the_stations_to_decide_is_refused(alertd, key):
    """A danger is its commune's; a topic that there is not is nobody's."""
    status, said = alertd("station", "topic", "judo", key, "--show")
    assert (status, "decides about no topic" in said) == (2, True)


def test_a_topic_of_its_own_is_added_and_removed(alertd):
    """Named, and like one of the catalogue; hidden and renamed as any other; its key is not used again."""
    assert topics(alertd, "--like", "event", "--label", "Gala")["event.1"] == "Gala"
    assert topics(alertd, "event.1", "--label", "Gala annuel")["event.1"] == "Gala annuel"
    assert "event.1" not in topics(alertd, "event.1", "--hide")
    assert "event.1" not in topics(alertd, "event.1", "--remove")
    assert "event.2" in topics(alertd, "--like", "event", "--label", "Gala")
    status, said = alertd("station", "topic", "judo", "--like", "fire", "--label", "Feu")
    assert (status, "Choisissez" in said) == (2, True)
