"""Names of stations in French sentences."""

import pytest

from alertd import catalogue
from alertd.catalogue import french


@pytest.mark.parametrize(
    ("name", "of", "to"),
    [
        ("Verdun", "de Verdun", "à Verdun"),
        ("Étain", "d'Étain", "à Étain"),
        ("Œuilly", "d'Œuilly", "à Œuilly"),
        ("Yvetot", "d'Yvetot", "à Yvetot"),
        ("Yutz", "de Yutz", "à Yutz"),
        ("Haudainville", "de Haudainville", "à Haudainville"),
        ("Le Mans", "du Mans", "au Mans"),
        ("Les Éparges", "des Éparges", "aux Éparges"),
        ("La Rochelle", "de La Rochelle", "à La Rochelle"),
        ("Le", "de Le", "à Le"),
        ("École Jean Zay", "de l'École Jean Zay", "à l'École Jean Zay"),
        ("Hôtel du Lac", "de l'Hôtel du Lac", "à l'Hôtel du Lac"),
        ("Amis du patrimoine", "d'Amis du patrimoine", "à Amis du patrimoine"),
        ("", "de ", "à "),
    ],
)
def test_a_name_is_said_as_the_french_say_it(name, of, to):
    """With its elision, its contraction, or the article that the noun of an organisation wants."""
    assert (french.of(name), french.to(name)) == (of, to)


def test_phrases_say_it_too_and_no_other_language_does():
    """Only a station's name: a person keeps theirs, and a blank that is filled is not read again."""
    book = catalogue.load()
    said = {"station": "École Jean Zay", "link": "x"}
    assert "les alertes de l'École Jean Zay." in book.phrase("fr", "service.reminder", **said)
    assert "à l'École Jean Zay" in book.phrase("fr", "join.mail_title", **said)
    assert "l'École" not in book.phrase("es", "service.reminder", **said)
    assert french.fill("l'envoi de {who}", {"who": "Le Goff"}) == "l'envoi de Le Goff"
    assert french.fill("les messages de {station}", {"station": "Le {who}"}) == "les messages du {who}"
