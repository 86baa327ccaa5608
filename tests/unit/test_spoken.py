"""A text as a voice says it: no abbreviation, no figure, nothing that two speech engines would read in two ways."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd import catalogue
from alertd.publish.spoken import spoken
from alertd.publish.tongues import TONGUES

BLANKS = {
    "axe": "D964", "lieu": "av. de Verdun", "lieu_deviation": "RD 12", "cause": "chute d'arbre", "h": "14h30", "h_fin": "16h",
    "date": "12/03", "date_fin": "22/03/2027", "couleur": "orange", "aléa": "vents violents", "lieu_bouteilles": "pl. St-Jean",
    "objet": "travaux bd Foch", "tel": "03 29 84 12 34",
    "lieu_refuge": "stade, 3 av. Foch",
}  # fmt: skip

SAID = [
    ("Route D964 coupée jusque vers 18h.", "Route départementale neuf cent soixante-quatre coupée jusque vers dix-huit heures."),
    ("Déviation: RD 12, N7, A4.", "Déviation: route départementale douze, nationale sept, A quatre."),
    ("A 500 m de l'A31", "A cinq cents mètres de l'A trente et un"),
    ("Urgence: 18, 112, SMS 114.", "Urgence: dix-huit, cent douze, SMS cent quatorze."),
    ("Téléphone, 15-18-112 en panne", "Téléphone, quinze, dix-huit, cent douze en panne"),
    ("Dégâts: mairie, 03 29 84 12 34.", "Dégâts: mairie, zéro trois, vingt-neuf, quatre-vingt-quatre, douze, trente-quatre."),
    ("tél. +33 3 29 84 12 34", "téléphone zéro trois, vingt-neuf, quatre-vingt-quatre, douze, trente-quatre"),
    ("Appelez le 3919.", "Appelez le trente-neuf dix-neuf."),
    ("14 bis av. Foch, bd St-Mihiel, n° 3", "quatorze bis avenue Foch, boulevard saint-Mihiel, numéro trois"),
    ("Coupure le 12/03, 8h-12h30", "Coupure le douze mars, huit heures à douze heures trente"),
    ("le 1er mai et le 22 nov. 2026", "le premier mai et le vingt-deux novembre deux mille vingt-six"),
    ("FIN (dim. 22 nov. 18:30): crue", "FIN, dimanche vingt-deux novembre dix-huit heures trente: crue"),
    ("à 0h, 0h30, 1h, 1h05, 21h", "à minuit, minuit trente, une heure, une heure cinq, vingt et une heures"),
    ("24h/24 et 7j/7", "vingt-quatre heures sur vingt-quatre et sept jours sur sept"),
    ("1,5 km, 2,5 km, 1 km, 80 km/h", "un virgule cinq kilomètre, deux virgule cinq kilomètres, un kilomètre, quatre-vingts kilomètres heure"),
    ("3,50 €, 30°C, 21 t, 10-15 min", "trois euros cinquante, trente degrés, vingt et une tonnes, dix à quinze minutes"),
    ("1 200 habitants, 55100 Verdun", "mille deux cents habitants, cinquante-cinq mille cent Verdun"),
    ("1er étage, 3e rue, 12bis", "premier étage, troisième rue, douze bis"),
    ("M. Petit & Mme Roy, Dr Jean", "monsieur Petit et madame Roy, docteur Jean"),
    ("« Sortez » 🚒 — vite… www.bras.fr/info", "Sortez, vite… bras point fr"),
    ("av. du Gal de Gaulle, niv. 2", "avenue du général de Gaulle, niveau deux"),
    ("PM10: 80 µg/m3. mairie.bras@foret-eau.fr.", "PM dix: quatre-vingts microgrammes par mètre cube. mairie point bras arobase foret-eau point fr."),
    ("Rendez-vous au 3 av.\nVenez à pied", "Rendez-vous au trois avenue. Venez à pied"),
]  # fmt: skip

ELSEWHERE = [
    ("en", "Fire at 14:30, St Mary's Ave 12. Call 112, 2.5 km away.", "Fire at fourteen thirty, saint Mary's avenue twelve. Call one one two, two point five kilometres away."),
    ("en", "Sun 22 Nov 18:05, 3rd floor, 1,200 people", "Sunday twenty-second November eighteen oh five, third floor, one thousand two hundred people"),
    ("en", "Closed 8:30am–5pm, 9 a.m. to noon", "Closed eight thirty a m to five p m, nine a m to noon"),
    ("de", "Brand um 14:30 Uhr, Verduner Str. 12. Notruf 112, ca. 2,5 km.", "Brand um vierzehn Uhr dreißig, Verduner Straße zwölf. Notruf eins eins zwei, circa zwei Komma fünf Kilometer."),
    ("de", "So. 22. Nov. 1:00 Uhr, z. B. Nr. 3", "Sonntag zweiundzwanzigsten November ein Uhr, zum Beispiel Nummer drei"),
    ("nl", "Brand om 14:30 uur, Verdunstr. 12, nr. 3, 112, 80 km/u", "Brand om veertien uur dertig, Verdunstraat twaalf, nummer drie, één één twee, tachtig kilometer per uur"),
    ("es", "A las 21:15, Avda. Verdún n.º 12. Llame al 112, 1 km", "A las veintiuna y quince, avenida Verdún número doce. Llame al uno uno dos, un kilómetro"),
    ("it", "Alle 14:30, V.le Verdun n. 12. Chiamare il 112, 2,5 km", "Alle quattordici e trenta, viale Verdun numero dodici. Chiamare il uno uno due, due virgola cinque chilometri"),
    ("nl-BE", "112", "één één twee"),
    ("pl", "112", "cent douze"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SAID)
def test_french_is_said_as_people_say_it(written: str, said: str) -> None:
    """Roads, hours, dates, telephone numbers, units and abbreviations of real messages."""
    assert spoken(written, "fr") == said


@pytest.mark.parametrize(("locale", "written", "said"), ELSEWHERE)
def test_five_other_languages_are_said_as_theirs(locale: str, written: str, said: str) -> None:
    """A regional variant as its language; a language that nobody knows in French, as the phrases are."""
    assert spoken(written, locale) == said


@pytest.mark.parametrize("key", sorted(catalogue.load().templates))
def test_no_ready_text_leaves_a_figure_or_an_abbreviation(key: str) -> None:
    """Each text of the catalogue, its blanks filled as a mairie fills them."""
    ready = catalogue.load().templates[key]
    written = f"{ready.headline} {ready.body} {ready.instruction}"
    filled = re.sub(r"\{(\w+)\}", lambda blank: BLANKS[blank[1]], written)
    said = spoken(filled, "fr")
    assert not re.search(r"\d|\b(?:av|bd|pl|St)\b", said), said


@pytest.mark.parametrize("locale", sorted(TONGUES))
def test_every_phrase_is_said_without_a_figure(locale: str) -> None:
    """What stands in for a text that nobody wrote in that language."""
    known = catalogue.load()
    for topic in known.topics.values():
        assert not re.search(r"\d", spoken(known.phrase(locale, topic.instruction), locale))


@given(st.text(max_size=300), st.sampled_from(sorted(TONGUES)))
def test_whatever_is_written_can_be_said(text: str, locale: str) -> None:
    """No text of any script breaks it, and none of our figures is left."""
    assert not re.search(r"[0-9]", spoken(text, locale))


@given(st.text("0123456789 :.,-/hHkm°€%n+()DANRst\n", max_size=120), st.sampled_from(sorted(TONGUES)))
def test_whatever_figures_are_written_can_be_said(text: str, locale: str) -> None:
    """The same of what looks most like hours, roads, numbers and their ranges."""
    assert not re.search(r"[0-9]", spoken(text, locale))


def test_a_long_text_is_said_in_no_time() -> None:
    """The rules cost as much as the text is long, not its square: the largest text is said whole."""
    text = "14h30-16h, RD 12, 03 29 84 12 34, 1 200 m, av. St-Jean; " * 400
    assert spoken(text, "fr").count("route départementale douze") == 400


def test_what_needs_no_change_has_none() -> None:
    """Plain words are left as they were written."""
    text = "Restez à l'abri, portes et fenêtres fermées. Libérez la route."
    assert spoken(text, "fr") == text
