"""The names by which SMS are signed: those that French operators block are told before the first message."""

import pytest

from alertd.settings import Settings
from alertd.settings.sender_names import advice


def said_of(name, **table):
    """What is advised of a gateway that signs so."""
    gateway = {"driver": "ovh", "channels": ["sms"], "options": {"sender": name}} | table
    return advice(Settings.model_validate({"gateways": {"ovh": gateway}}).gateways)


@pytest.mark.parametrize(
    "name", ["ALERTE", "Info", "Sécurité", "MAIRIE", "ALERTE-INFO", "SMS2", "FR-ALERT", "Infos Mairie"]
)
def test_what_anybody_could_sign_with_is_advised_against(name):
    """A generic word, several of them, one with a figure: by gateway and name, with what to write instead."""
    (said,) = said_of(name)
    assert said.startswith(f"[gateways.ovh] sender {name}: ")
    assert "FORET-EAU" in said


@pytest.mark.parametrize("name", ["FORET-EAU", "MAIRIEFORET", "36111", "+33612345678", ""])
def test_a_commune_s_own_name_and_numbers_are_not(name):
    """Whoever reads it knows whose it is."""
    assert said_of(name) == []


def test_only_what_people_read_in_an_sms_is_looked_at():
    """A name in the table of senders is; an e-mail's, a call's and the sandbox's are not."""
    assert len(said_of("", senders=[{"name": "URGENCE"}])) == 1
    assert said_of("INFO", channels=["email"]) == []
    assert said_of("MAIRIE", driver="sandbox") == []
