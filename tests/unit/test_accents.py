"""The colours that a station may have: each is read by anyone, and none looks like a level's or an exercise's."""

import re
from importlib.resources import files
from itertools import combinations

import pytest

from alertd.model import Accent
from alertd.web import accents

STYLE = (files("alertd.web") / "static" / "alertd.css").read_text()
RULES = re.findall(r'\[data-accent="(\w+)"\] \{ --deep: (#\w{6}); --pale: (#\w{6}); \}', STYLE)
PALETTE = {name: (deep, pale) for name, deep, pale in RULES}
DAY, NIGHT = STYLE.split("prefers-color-scheme: dark")[:2]


def channels(colour):
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def luminance(colour):
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels(colour)
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def apart(one, other):
    """How far two colours are from each other, at most the square root of three."""
    pairs = zip(channels(one), channels(other), strict=True)
    return sum((left - right) ** 2 for left, right in pairs) ** 0.5


def value(sheet, name):
    return re.search(rf"--{name}: (#\w{{6}})", sheet)[1]


def test_every_accent_has_a_name_and_a_rule():
    """What a station may choose is what screens say and what the style sheet paints; telephones are told the same colour."""
    assert set(PALETTE) == {accent.value for accent in Accent} == {accent.value for accent in accents.NAMES}
    assert {accent.value: accents.deep(accent) for accent in Accent} == {
        name: deep for name, (deep, _) in PALETTE.items()
    }


@pytest.mark.parametrize("accent", Accent)
def test_an_accent_is_read_by_day_and_by_night(accent):
    """White on the head of a page; links and buttons on every ground, by day the deep one and by night the pale one."""
    deep, pale = PALETTE[accent]
    assert contrast("#ffffff", deep) >= 6.9
    assert contrast(value(NIGHT, "on-accent"), pale) >= 7
    for ground in ("ground", "paper", "info-tint", "warning-tint"):
        assert contrast(deep, value(DAY, ground)) >= 4.5, ground
        assert contrast(pale, value(NIGHT, ground)) >= 4.5, ground


def test_no_accent_looks_like_a_level_or_an_exercise():
    """Red and orange say how grave a thing is, whoever sends it; violet says that it is an exercise."""
    for kept in ("danger-fill", "warning-fill", "exercise-fill"):
        for deep, pale in PALETTE.values():
            assert apart(deep, value(DAY, kept)) > 0.2, (kept, deep)
            assert apart(pale, value(NIGHT, kept.removesuffix("-fill"))) > 0.1, (kept, pale)


def test_an_exercise_is_read_by_day_and_by_night():
    """White on its banner, and its own colour on every ground; it is like none of the levels."""
    for sheet in (DAY, NIGHT):
        assert contrast("#ffffff", value(sheet, "exercise-fill")) >= 6.9
        for ground in ("ground", "paper", "info-tint", "warning-tint", "exercise-tint"):
            assert contrast(value(sheet, "exercise"), value(sheet, ground)) >= 4.5, ground
        for level in ("danger", "warning", "info", "good"):
            assert apart(value(sheet, "exercise-fill"), value(sheet, f"{level}-fill")) > 0.2, level


def test_two_accents_are_told_apart():
    """The secretary of three communes sees at a glance whose screen it is."""
    for (one, _), (other, _) in combinations(PALETTE.values(), 2):
        assert apart(one, other) > 0.1, (one, other)
