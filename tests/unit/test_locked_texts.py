"""Locked parts of ready texts: their blanks are filled, their other words stay."""

from dataclasses import replace

import pytest

from alertd.catalogue import load
from alertd.clock import HOUR
from alertd.issue import locked
from alertd.model import Channel, Content, Level, Picks, Target, Text
from alertd.store.contents import dumps, loads

FIRE = load().templates["fire"]
SENT = Text("INCENDIE rue de Verdun.", "La grange brûle.", FIRE.instruction)
CONTENT = Content(
    level=Level.DANGER,
    topic="fire",
    target=Target(station=True),
    texts={"fr": SENT},
    channels=frozenset({Channel.SMS}),
    expires=HOUR,
    template="fire",
)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        (
            {"texts": {"fr": replace(SENT, instruction=SENT.instruction.replace("à", "a"))}},
            ["texts.fr.instruction"],
        ),
        ({"texts": {"fr": replace(SENT, headline="INCENDIE {lieu}.")}}, ["texts.fr.headline"]),
        ({"texts": {"fr": replace(SENT, headline="INCENDIE ici. Votez pour moi")}}, ["texts.fr.headline"]),
        ({"texts": {"fr": replace(SENT, instruction="Ne faites rien.")}}, ["texts.fr.instruction"]),
        ({"texts": {"fr": replace(SENT, body="Autre chose.")}}, []),
        ({"texts": {"fr": replace(SENT, instruction="Ne faites rien.")}, "template": ""}, []),
        ({"template": "road", "topic": "road", "texts": {"fr": Text("Route barrée", "", "Patience.")}}, []),
        ({"template": "meteorite"}, ["template"]),
        ({"template": "all_clear"}, ["template"]),
        ({"topic": "flood"}, ["topic"]),
        ({"picks": Picks("fire")}, ["template"]),
    ],
)
def test_whoever_begins_with_a_ready_text_fills_its_blanks_and_changes_nothing_locked(changes, found):
    """Words of one's own are sent without a ready text; parts that are not locked are the author's."""
    content = replace(CONTENT, **changes)
    ready = load().templates.get(content.template)
    assert [field for _, field, _ in locked.faults(load(), content, ready)] == found


def test_the_sentence_says_what_is_fixed_and_the_way_out():
    """An author who is refused reads the words, where the blanks are, and that own words may be sent."""
    _, _, said = next(
        locked.faults(load(), replace(CONTENT, texts={"fr": Text("Au feu", "", SENT.instruction)}), FIRE)
    )
    assert "« INCENDIE …. »" in said
    assert "écrivez librement" in said
    assert locked.told(FIRE).startswith("Texte prêt « Incendie »")
    assert locked.told(load().templates["road"]) == ""


def test_the_sms_alphabet_form_of_locked_words_is_theirs():
    """One tap that makes an SMS cheaper does not break a lock."""
    dear = replace(FIRE, headline="FORÊT EN FEU {lieu}.")
    assert locked.changed(dear, "headline", "FORET EN FEU la côte.") == ""


def test_a_stored_content_remembers_its_ready_text():
    """What is previewed, kept as a draft or scheduled is held to it again when it leaves."""
    for content in (CONTENT, replace(CONTENT, template_version=7)):
        assert loads(dumps(content)) == content
    assert "template" not in dumps(replace(CONTENT, template=""))
