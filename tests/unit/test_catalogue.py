"""The catalogue: 25 topics, three levels, ten templates, and a phrase book in six languages."""

import re
import shutil
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from alertd import catalogue
from alertd.errors import ConfigurationError
from alertd.model import Channel, Content, Level, Target, Text
from alertd.publish import wording
from alertd.publish.links import Links
from gateways import text

ROOT = Path(__file__).parents[2]
SHARED_TOPICS = ROOT / ".." / "shared" / "reference" / "topics.md"
LETTERS = {"P": "push", "S": "sms", "M": "email", "V": "voice", "A": "display"}
NAME_AND_LINK = 44
"""Characters that the sender's name before a text and the short link after it take."""
TYPICAL = {
    "lieu": "Grand'Rue, Bure", "lieu_deviation": "D960, D132", "lieu_refuge": "stade municipal", "lieu_bouteilles": "salle des fetes", "h": "18h30",
    "h_fin": "21h", "date": "12/03", "date_fin": "14/03", "objet": "feu de hangar", "axe": "D960", "cause": "arbre",
    "couleur": "ORANGE", "aléa": "VENT", "tel": "0329750000",
}  # fmt: skip


@pytest.fixture(scope="module")
def words():
    return catalogue.load()


def of_shared(pattern):
    if not SHARED_TOPICS.is_file():
        pytest.skip("../shared/reference/topics.md is not here")
    return re.findall(pattern, SHARED_TOPICS.read_text(), re.MULTILINE)


@pytest.fixture
def copy(tmp_path):
    """A copy of config/ that a test may spoil."""
    return Path(shutil.copytree(catalogue.config_folder(), tmp_path / "config"))


def spoil(copy, name, old, new):
    file = copy / name
    before = file.read_text()
    assert old in before
    file.write_text(before.replace(old, new, 1))


def test_topics_are_those_that_were_agreed(words):
    """Every agreed topic exists with its French label, level and channels, and there is no other."""
    rows = of_shared(r"^\| (\w+) \| ([^|]+) \| (danger|warning|info) \| (\w+) \|")
    agreed = [
        (key, label, level, tuple(LETTERS[letter] for letter in letters))
        for key, label, level, letters in rows
    ]
    ours = [(t.key, t.labels["fr"], t.level, t.channels) for t in words.topics.values()]
    assert len(ours) == 25
    assert ours == agreed


def test_durations_are_those_that_were_agreed(words):
    """A topic's default duration is the agreed number of hours."""
    rows = of_shared(r"^\| (\w+) \| [^|]+ \| (?:danger|warning|info) \| \w+ \| (\d+) (h|days) \|")
    agreed = {key: int(number) * (24 if unit == "days" else 1) for key, number, unit in rows}
    assert len(agreed) == 20
    assert {key: words.topics[key].duration_hours for key in agreed} == agreed


def test_topics_without_a_known_end_say_so(words):
    """The author is asked for the end of works, orders, events and council meetings."""
    assert {t.key for t in words.topics.values() if t.until_known} == {"works", "order", "event", "council"}


def test_no_default_outlives_its_level(words):
    """A topic's default duration never exceeds what its level allows."""
    assert all(t.duration_hours <= words.levels[t.level].max_hours for t in words.topics.values())


def test_levels_speak_cap(words):
    """Each level has CAP's three words, and the graver one must be delivered sooner."""
    danger, warning, info = (words.levels[key] for key in ("danger", "warning", "info"))
    assert (danger.severity, danger.urgency, danger.certainty) == ("Extreme", "Immediate", "Observed")
    assert [level.labels["fr"] for level in (danger, warning, info)] == ["Urgence", "Alerte", "Information"]
    assert [level.deliver_within_minutes for level in (danger, warning, info)] == [120, 720, 1440]


@pytest.mark.parametrize("locale", catalogue.LANGUAGES)
def test_every_language_has_every_phrase(words, locale):
    """No phrase is missing in any language, and each has the same blanks as the French one."""
    french, other = words.phrases["fr"], words.phrases[locale]
    assert other.keys() == french.keys()
    blanks = catalogue.nouns.BLANK
    assert {k: sorted(blanks.findall(p.text)) for k, p in other.items()} == {
        k: sorted(blanks.findall(p.text)) for k, p in french.items()
    }


@pytest.mark.parametrize("locale", catalogue.LANGUAGES)
def test_every_phrase_bound_for_an_sms_fits_its_alphabet(words, locale):
    """A single ç would cost ninety characters: each phrase, or its sms variant, is GSM-7."""
    groups = ("word.", "service.", "instruction.", "hazard.", "place.", "time.", "source.")
    bound = {k: p.sms or p.text for k, p in words.phrases[locale].items() if k.startswith(groups)}
    assert [f"{k}: {t}" for k, t in bound.items() if text.measure(t).encoding != "gsm7"] == []


@pytest.mark.parametrize("locale", catalogue.LANGUAGES)
def test_instructions_leave_room_in_one_segment(words, locale):
    """A standard instruction is one or two sentences: under 125 characters."""
    assert all(len(words.phrase_sms(locale, topic.instruction)) < 125 for topic in words.topics.values())


def test_only_french_is_reviewed(words):
    """A translation that nobody vetted says so; French is vetted."""
    reviewed = {locale: {p.reviewed for p in book.values()} for locale, book in words.phrases.items()}
    assert reviewed == {locale: {locale == "fr"} for locale in catalogue.LANGUAGES}


def test_states_are_in_the_agreed_words(words):
    """Each state of a delivery has the word that screens show."""
    (line,) = of_shared(r"^States of deliveries: (.+?)\. Topics:")
    agreed = {
        state.strip().removesuffix(" (raison)"): word.removesuffix(" (raison)")
        for word, states in (pair.split(" = ") for pair in line.split("; "))
        for state in states.split(",")
    }
    assert len(agreed) == 13
    assert {state: words.phrase("fr", f"state.{state}") for state in agreed} == agreed


def test_templates_are_those_that_were_agreed(words):
    """The ten first templates read exactly as agreed, once two blanks of a kind are called the same again."""
    agreed = of_shared(r"^\d+\. (.+)$")
    assert [re.sub(r"_\w+\}", "}", t.text) for t in words.templates.values()][: len(agreed)] == agreed
    assert len(agreed) == 10


def test_a_filled_template_is_one_sms(words):
    """Folded, its blanks of fifteen characters filled, a template is under 160 characters of the SMS alphabet."""
    for template in words.templates.values():
        filled = text.gsm_safe(catalogue.nouns.BLANK.sub("x" * 15, template.text))
        measure = text.measure(filled)
        assert (measure.encoding, measure.segments) == ("gsm7", 1), template.key


def test_a_typical_sms_holds_name_and_link_too(words):
    """With everyday words in its blanks, a template leaves the 44 characters of the name and the link."""
    for template in words.templates.values():
        filled = text.gsm_safe(catalogue.nouns.fill(template.text, TYPICAL))
        assert text.segments(filled + "x" * NAME_AND_LINK) == 1, template.key


def test_no_blank_stands_twice_in_a_template(words):
    """Filling one blank never fills another of a different meaning."""
    for template in words.templates.values():
        assert len(template.blanks) == template.text.count("{"), template.key


def test_the_two_endings_serve_any_alert(words):
    """All-clear and correction have no topic; every other template has one, and its level."""
    kinds = {t.kind: (t.topic, t.level) for t in words.templates.values() if t.kind != "alert"}
    assert kinds == {"end": ("", ""), "false_alert": ("", "")}
    assert all(t.topic in words.topics and t.level for t in words.templates.values() if t.kind == "alert")


def test_a_region_reads_its_language(words):
    """A Swiss or Belgian locale gets the phrases of its language."""
    assert words.phrase("de-CH", "word.all_clear") == words.phrase("de", "word.all_clear") == "Entwarnung"
    assert words.phrase("NL_BE", "word.until", time="18:00") == "Tot 18:00"


def test_an_unknown_language_reads_french(words):
    """A reader whose language has no phrase book gets French."""
    assert words.phrase("pt", "word.until", time="18 h") == "Jusqu'à 18 h"
    assert words.topics["fire"].label("pt-BR") == "Incendie, fumées"


def test_an_unknown_phrase_is_a_bug(words):
    """A phrase that no language has raises KeyError, as does a blank left empty."""
    with pytest.raises(KeyError):
        words.phrase("fr", "word.nothing")
    with pytest.raises(KeyError):
        words.phrase("fr", "word.until")


def test_what_is_filled_in_is_not_read_for_blanks(words):
    """A place called {time} stays as it was typed."""
    assert words.phrase("fr", "word.place", place="{time}") == "Lieu: {time}"


def test_the_sms_wording_is_taken_for_an_sms(words):
    """The variant for SMS is used where there is one, else the phrase itself."""
    assert words.phrase_sms("fr", "word.no_longer_covered") == "Vous ne faites plus partie de la zone"
    assert words.phrase_sms("fr", "word.until", time="18 h") == "Jusqu'à 18 h"


def test_a_reader_without_a_text_gets_the_facts_in_his_language(words):
    """Topic, level, place, time and what to do come in the reader's language, then the French text."""
    told = words.stand_in(
        "en", topic="fire", level="danger", place="Lavoir", until="6 pm", french="INCENDIE Lavoir."
    )
    facts, note, french = re.split(r"\n+", told)
    assert facts.startswith("Emergency - Fire, smoke. Place: Lavoir. Until 6 pm. Stay indoors")
    assert (note, french) == ("Original text, in French:", "INCENDIE Lavoir.")


def test_no_organisation_is_offered_a_danger_by_its_kind(words):
    """A school, a club, a hotel, a service: what they are granted comes to them from their commune; a commune offers everything."""
    for kind in ("school", "association", "hotel", "service"):
        assert {words.topics[key].level for key in words.usual(kind)} <= {"warning", "info"}, kind
    assert tuple(words.usual("commune")) == tuple(words.offered) == tuple(words.topics)


def test_nothing_in_the_catalogue_changes(words):
    """What was read at start cannot be changed by whoever reads it."""
    with pytest.raises(TypeError):
        words.topics["fire"] = words.topics["flood"]
    with pytest.raises(TypeError):
        words.topics["fire"].labels["fr"] = "Feu"
    with pytest.raises(FrozenInstanceError):
        words.topics["fire"].level = "info"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("topics.toml", 'category = "Fire"', 'category = "Feu"', "topics.fire.category"),
        ("topics.toml", "duration_hours = 4", "duration_hours = 49", "topics.fire.duration_hours"),
        ("topics.toml", 'level = "danger"', 'levle = "danger"', "topics.fire.levle"),
        ("topics.toml", '"instruction.fire"', '"instruction.feu"', "topic fire: no phrase instruction.feu"),
        ("topics.toml", '"forest_fire"', '"dragon"', "topic fire: no phrase hazard.dragon"),
        (
            "topics.toml",
            'association = ["weather"',
            'association = ["wether"',
            "kinds.association: no topic wether",
        ),
        ("topics.toml", "association = [", "club = [", "kinds.club"),
        ("coach.toml", '"demain" = 1', '"demain" = "un"', "days.demain"),
        ("templates.toml", 'topic = "road"', 'topic = "raod"', "template road: no topic raod"),
        ("templates.toml", 'locked = ["headline"]', 'locked = ["title"]', "templates.water_quality.locked"),
        ("phrases/de.toml", "reviewed = false", "reviewed = 12", "word.exercise.reviewed"),
        ("phrases/fr.toml", "[word]", "[word", "is not TOML"),
    ],
)
def test_a_mistake_in_the_data_is_named(copy, file, old, new, told):
    """A wrong word in config/ stops the start and says where it is."""
    spoil(copy, file, old, new)
    with pytest.raises(ConfigurationError) as caught:
        catalogue.load(copy)
    assert caught.value.code == "catalogue_invalid"
    assert told in caught.value.message


def test_a_missing_file_is_named(copy):
    """A language whose file is gone stops the start and names the file."""
    (copy / "phrases" / "it.toml").unlink()
    with pytest.raises(ConfigurationError, match=r"it\.toml") as caught:
        catalogue.load(copy)
    assert caught.value.code == "catalogue_missing"


def test_a_checkout_reads_its_own_config():
    """In a checkout the catalogue is the repository's config/."""
    assert catalogue.config_folder() == ROOT / "config"


@pytest.mark.parametrize("key", list(catalogue.load().templates))
def test_a_ready_text_is_sent_in_the_alphabet_of_sms(words, key):
    """A ready text keeps its words on pages and in letters; its SMS, name and link included, is GSM-7 and one segment."""
    template = words.templates[key]
    parts = (
        catalogue.nouns.fill(part, TYPICAL)
        for part in (template.headline, template.body, template.instruction)
    )
    ends = catalogue.load().topics
    said = Content(
        level=Level.of(template.level or "danger"), topic=template.topic or next(iter(ends)), target=Target(station=True),
        texts={"fr": Text(*parts)}, channels=frozenset({Channel.SMS}), expires=0, template=key,
    )  # fmt: skip
    sent = wording.sms(words, "Bras-sur-Meuse", said, "fr", Links("https://alerte.example.fr", "alrt.fr"))
    assert (text.measure(sent).encoding, text.measure(sent).unsafe) == ("gsm7", ())
    assert text.measure(sent).segments == 1, sent
