"""What an SMS costs, where it is cut, and how a text is folded towards GSM-7."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.text import BASIC, EXTENSION, Measure, gsm_safe, measure, segments, split

VECTORS = Path(__file__).parents[2] / ".." / "shared" / "vectors" / "sms"
ROOM = {"gsm7": (160, 153), "ucs2": (70, 67)}

# Letters of the alphabet, of its extension, French ones outside it, and signs outside the first plane of Unicode.
TEXTS = st.text(
    st.one_of(st.sampled_from(BASIC + "".join(EXTENSION) + "êçœÀ’«»—…°²½ 😜🏳"), st.characters(codec="utf-8"))
)
LONG = st.builds(lambda text, times: text * times, TEXTS, st.integers(1, 40))


def vectors(name: str) -> object:
    path = VECTORS / name
    if not path.exists():
        pytest.skip(f"the reference vectors {name} are not on this machine")
    return json.loads(path.read_text(encoding="utf-8"))


def test_segments_agree_with_a_provider() -> None:
    """Encoding and number of segments are those that Twilio publishes for its own calculator."""
    for case in vectors("twilio-segments.json"):
        measured = measure(case["body"])
        expected = (case["encoding"].replace("-", "").lower(), case["segments"])
        assert (measured.encoding, measured.segments) == expected, case["testDescription"]


def differs_by_choice(char: str, theirs: str) -> bool:
    """Where we fold otherwise than Twilio, and why."""
    name = unicodedata.name(char, "")
    return (
        # A space is one character: theirs pays two for it, seven for a tab. C1 controls show nothing.
        (theirs.isspace() and gsm_safe(char) in {" ", "\n", ""})
        # An accent alone belongs to the letter before it; it is not a sign of its own.
        or unicodedata.category(char).startswith("M")
        # A comma written vertically is a comma, not an apostrophe.
        or (name.endswith(" COMMA") and gsm_safe(char) == ",")
        # Ornaments, box lines and phonetic capitals are on no keyboard: they are kept, and shown as unsafe.
        or gsm_safe(char) == char
    )


def test_folding_agrees_with_a_provider() -> None:
    """A character is folded as Twilio's smart encoding does, but for the differences we chose."""
    table = vectors("twilio-smart-encoding-map.json")
    wrong = {char: gsm_safe(char) for char, theirs in table.items() if gsm_safe(char) != theirs}
    assert {char for char in wrong if not differs_by_choice(char, table[char])} == set()
    assert len(table) - len(wrong) > 100


@pytest.mark.parametrize(
    ("text", "measured"),
    [
        ("", Measure("gsm7", 0, 1, ())),
        ("a" * 160, Measure("gsm7", 160, 1, ())),
        ("a" * 161, Measure("gsm7", 161, 2, ())),
        ("€" * 80, Measure("gsm7", 160, 1, ())),
        ("€" * 153, Measure("gsm7", 306, 3, ())),  # 153 is odd: no euro sign is cut in two
        ("ê" * 70, Measure("ucs2", 70, 1, ("ê",))),
        ("ê" * 71, Measure("ucs2", 71, 2, ("ê",))),
        ("😜" * 67, Measure("ucs2", 134, 3, ("😜",))),  # 67 is odd: no pair of surrogates is cut in two
        ("forêt, arrêté, « ça »", Measure("ucs2", 21, 1, ("ê", "«", "ç", "»"))),
    ],
)
def test_measure(text: str, measured: Measure) -> None:
    """Septets or UTF-16 units are counted, alone or in several segments, and what hinders GSM-7 is named once."""
    assert measure(text) == measured


@pytest.mark.parametrize("char", [*BASIC.replace("\x1b", ""), *EXTENSION])
def test_the_alphabet_is_left_alone(char: str) -> None:
    """Every character of GSM-7 is safe, costs one septet or two, and is never folded."""
    assert measure(char) == Measure("gsm7", 2 if char in EXTENSION else 1, 1, ())
    assert gsm_safe(char) == char


@pytest.mark.parametrize(
    ("char", "septet"), [("@", 0), ("Δ", 0x10), ("É", 0x1F), ("¡", 0x40), ("¿", 0x60), ("à", 0x7F)]
)
def test_a_septet_is_its_place(char: str, septet: int) -> None:
    """A character's place in BASIC is the code that 3GPP TS 23.038 gives it."""
    assert len(BASIC) == 128
    assert BASIC.index(char) == septet


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Tempête : fermez vos fenêtres", "Tempete : fermez vos fenetres"),
        ("ça, ï î ô û ë", "ca, i i o u e"),
        ("É Ç Ñ Ä Ö Ü Å Æ Ø", "É Ç Ñ Ä Ö Ü Å Æ Ø"),
        ("È À Ê Ô Î Ù", "E A E O I U"),
        ("à è é ù ì ò €", "à è é ù ì ò €"),
        ("l’eau – l‘air — ici…", "l'eau - l'air - ici..."),
        ("«\u00a0oui\u00a0» «\u202fnon\u202f» “si”", '"oui" "non" "si"'),
        ("cœur, Œuvre", "coeur, OEuvre"),
        ("5\u00a0km, 18\u202fh", "5 km, 18 h"),
        ("e\u0301te\u0301", "été"),
        ("n°\u00a05, 30 °C", "no 5, 30 degC"),
        ("30 m², ½ h, 2½ h", "30 m2, 1/2 h, 2½ h"),
        ("un\u200b\ufeff deux\u00ad", "un deux"),
        ("\ufb01n, １２", "fin, 12"),
        ("forêt 🔥 да", "foret 🔥 да"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    """What has an accepted equivalent is folded; what has none, or would be misread, is kept."""
    assert gsm_safe(text) == folded


def test_folding_never_costs_more() -> None:
    """A text that folding would lengthen by a segment comes back as it was."""
    assert gsm_safe("…" * 70) == "…" * 70
    assert gsm_safe("…" * 50) == "..." * 50


@given(LONG)
def test_split_keeps_the_text(text: str) -> None:
    """Segments joined are the text, and their number is what is billed."""
    parts = split(text)
    assert "".join(parts) == text
    assert len(parts) == segments(text) == measure(text).segments


@given(LONG)
def test_every_segment_fits(text: str) -> None:
    """No segment is longer than its room, and none is left empty among several."""
    whole = measure(text)
    alone, several = ROOM[whole.encoding]
    parts = split(text)
    sizes = [sum(1 + (char > "\uffff") for char in part) for part in parts]
    if whole.encoding == "gsm7":
        sizes = [measure(part).units for part in parts]
    assert max(sizes) <= (alone if len(parts) == 1 else several)
    assert len(parts) == 1 or min(sizes) > 0
    assert sum(sizes) == whole.units


@given(LONG)
def test_folding_twice_changes_nothing(text: str) -> None:
    """A folded text is its own folded form, and never takes more segments than the text did."""
    folded = gsm_safe(text)
    assert gsm_safe(folded) == folded
    assert segments(folded) <= segments(text)


@given(st.text(st.sampled_from("Les élèves, l’école « Jean-Moulin » – forêt… œuf où ça ÀÉÎ n° 5")))
def test_french_folds_wholly(text: str) -> None:
    """Nothing that a French keyboard writes keeps a text out of GSM-7, unless folding would cost a segment."""
    folded = gsm_safe(text)
    assert measure(folded).encoding == "gsm7" or folded == text
