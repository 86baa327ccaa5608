"""A text as a voice says it: abbreviations in full, figures in words, nothing that a speech engine spells or swallows.

Engines read "14h30", "D964" and "03 29 84 12 34" each in its own way, and often wrongly; words they all read alike. Pure, for
one language at a time; the numbers are num2words' (https://github.com/savoirfairelinux/num2words). The order of the rules
matters: what a rule has said holds no figure any more, so that no later rule can find one in it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from babel.dates import get_day_names, get_month_names
from num2words import num2words

from alertd.catalogue.nouns import FRENCH, language
from alertd.publish.tongues import TONGUES, Tongue

_EMERGENCY: Final = {"110", "112", "113", "114", "115", "116", "118", "119", "144", "196", "911", "999"}
_CALLED: Final = _EMERGENCY | {"15", "17", "18"}
_MOST_DIGITS: Final = 9  # a longer one is a reference, and said figure by figure
_HOUR: Final = r"([01]?\d|2[0-4])"
_MINUTE: Final = r"([0-5]\d)"
_DROPPED: Final = re.compile(r"[«»“”„\"*_~|<>#\[\]{}]")
_DASHES: Final = re.compile(r"\s[-–—]\s|\s*[()]\s*|\s*—\s*")
_SPACES: Final = re.compile(r"\s+")
_BEFORE_MARK: Final = re.compile(r"[\s,]+(?=[,.!?…])|,\s*(?=[:;])|(?<=[.!?…:;]),")
_ENDS: Final = frozenset(".!?…:,;")
_WEB: Final = re.compile(r"(?:https?://|www\.)([A-Za-z0-9.-]+[A-Za-z])(?:/\S*)?")
_MAIL: Final = r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9.-]{0,99}[A-Za-z]"
_HALF_DAY: Final = r"(?i)(?<=\d) ?([ap])\.?m\b\.?( ?[-–] ?(?=\d))?"
_GROUPED: Final = re.compile(r"(?<![\d.,])(\d{1,3})((?: \d{3})+)(?![\d])")


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    say: Callable[[re.Match[str]], str]


def spoken(text: str, locale: str) -> str:
    """The text for a voice of that language; of French, as the phrases are, where nobody knows the language."""
    key = language(locale) if language(locale) in TONGUES else FRENCH
    lines = (_line(key, line) for line in unicodedata.normalize("NFC", text).splitlines())
    told = [line for line in lines if line]
    return " ".join([line if line[-1] in _ENDS else f"{line}." for line in told[:-1]] + told[-1:])


def _line(key: str, text: str) -> str:
    said = "".join(_sign(sign) for sign in text)
    for rule in _rules(key):
        said = rule.pattern.sub(rule.say, said)
    said = _DASHES.sub(", ", _DROPPED.sub(" ", said))
    return _BEFORE_MARK.sub("", _SPACES.sub(" ", said)).strip(" ,")


def _sign(sign: str) -> str:
    """A plain space for any other; nothing for an emoji, or for what nobody sees."""
    category = unicodedata.category(sign)
    if category == "Zs":
        return " "
    return "" if category in {"So", "Sk", "Cc", "Cf", "Cs", "Co", "Mn"} and sign != "°" else sign


@cache
def _rules(key: str) -> tuple[_Rule, ...]:
    """A language's rules, in order; compiled once."""
    tongue = TONGUES[key]
    return tuple(
        _Rule(re.compile(pattern), say)
        for pattern, say in (
            *_addresses(key, tongue),
            *_moments(key, tongue),
            *_abbreviated(tongue),
            *_measured(key, tongue),
            *_counted(key, tongue),
        )
    )


_Said = Iterator[tuple[str, Callable[[re.Match[str]], str]]]


def _addresses(key: str, tongue: Tongue) -> _Said:
    """What one types or dials."""
    yield _MAIL, lambda match: match[0].replace("@", f" {tongue.at} ").replace(".", f" {tongue.dot} ")
    yield _WEB.pattern, lambda match: match[1].replace(".", f" {tongue.dot} ")
    yield r"(?:\+33 ?(?:\(0\) ?)?|\b0)([1-9](?:[ .-]?\d{2}){4})\b", lambda match: _phone(key, f"0{match[1]}")
    yield r"\+\d(?:[ .-]?\d){6,14}\b", lambda match: _digits(key, match[0])
    yield (
        r"\b(\d{2,3})((?:[-/]\d{2,3}){2,5})\b",  # 15-18-112: one number after the other
        lambda match: ", ".join(_number(key, each) for each in re.findall(r"\d+", match[0])),
    )
    yield (
        r"(?<=\b[Ll]e )(3[0-9])(\d\d)\b(?! ?\d)",
        lambda match: f"{_number(key, match[1])} {_number(key, match[2])}",
    )


def _moments(key: str, tongue: Tongue) -> _Said:
    """Hours and days, and ranges of them."""
    time = (
        rf"\b{_HOUR} ?(?:[hH](?!\w) ?|[hH:](?=[0-5]\d)){_MINUTE}?(?:\b|(?<=[hH ]))(?:(?<=\d) ?(?:Uhr|uur)\b)?"
    )
    if key == "en":
        yield _HALF_DAY, lambda match: f" {match[1].lower()} m{f' {tongue.to} ' if match[2] else ''}"
    yield r"\b24 ?h(?:eures)? ?/ ?24\b", lambda _: f"24 {_unit_plural(tongue, 'h')} {tongue.over} 24"
    yield r"\b7 ?j(?:ours)? ?/ ?7\b", lambda _: f"7 {_unit_plural(tongue, 'j')} {tongue.over} 7"
    yield rf"(?<=[\dhH]) ?[-–] ?(?={_HOUR} ?[hH:])", lambda _: f" {tongue.to} "
    yield r"(?<=\d)(?<!\d\d\d\d) ?[-–] ?(?=\d{1,3}\b)", lambda _: f" {tongue.to} "
    yield time, lambda match: f"{_time(key, tongue, match[1], match[2])} "
    yield rf"\b{_HOUR}[.]{_MINUTE} ?(?:Uhr|uur)\b", lambda match: _time(key, tongue, match[1], match[2])
    yield rf"\b{_HOUR} (?:Uhr|uur)\b", lambda match: _time(key, tongue, match[1], None)
    yield (
        r"\b(0?[1-9]|[12]\d|3[01])[/.](0[1-9]|1[0-2])(?:[/.](\d{4}))?\b(?![/.]?\d)",
        lambda match: _date(key, tongue, match[1], int(match[2]), match[3]),
    )
    yield _written_date(key), lambda match: _day_and_month(key, tongue, match)


def _abbreviated(tongue: Tongue) -> _Said:
    yield r"(?<=\w) ?& ?(?=\w)", lambda _: f" {tongue.both} "
    if "str." in tongue.words:  # Verdunstr. 12, in one word with the street's name
        yield r"(?<=[a-zäöüß])str\.(?!\w)", lambda _: tongue.words["str."].lower()
    for table, after in (
        (tongue.before_figure, r" ?(?=\d)"),
        (tongue.before_name, r"(?:[ -]|(?<=\.)(?! ))(?=[A-ZÀ-Ý])"),
        (tongue.words, r"(?![\w.]\w)(?!\w)"),
    ):
        if table:
            yield _any_of(table, after), _expand(table)


def _measured(key: str, tongue: Tongue) -> _Said:
    figure = r"(?<![\w.,])(\d{1,3}(?: \d{3})+|\d+)(?:[.,](\d{1,3}))?"
    if tongue.roads:
        # "A 500 m" begins a sentence: only without a space is it a motorway.
        yield r"\b([AE])(\d{1,3})\b", lambda match: f"{tongue.roads[match[1]]} {_number(key, match[2])}"
        yield (
            r"\b(RD|RN|VC|CR|CD|D|N) ?(\d{1,4})\b",
            lambda match: f"{tongue.roads[match[1]]} {_number(key, match[2])}",
        )
    units = "|".join(re.escape(unit) for unit in sorted(tongue.units, key=len, reverse=True))
    yield rf"{figure} ?({units})(?!\w)", lambda match: _quantity(key, tongue, match)
    if key == FRENCH:
        yield r"\b1er\b", lambda _: "premier"
        yield r"\b1(?:re|ère)\b", lambda _: "première"
    if tongue.ordinal:
        yield (
            rf"\b(\d{{1,4}})(?:{tongue.ordinal})\b",
            lambda match: num2words(int(match[1]), lang=key, to="ordinal"),
        )


def _counted(key: str, tongue: Tongue) -> _Said:
    """Whatever figures are left."""
    yield _GROUPED.pattern, _ungrouped
    if key == "en":
        yield r"(?<=\d),(?=\d{3}\b)", lambda _: ""
    yield r"(\d{1,9})[.,](\d{1,6})\b(?![.,]\d)", lambda match: _decimal(key, tongue, match[1], match[2])
    yield r"(?<=\d) ?/ ?(?=\d)", lambda _: f" {tongue.over} "
    yield r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)", lambda _: " "
    yield r"\d+", lambda match: _number(key, match[0])
    if key == FRENCH:
        yield r"\b([Dd])e (?=une? )", lambda match: f"{match[1]}'"


def _number(key: str, digits: str) -> str:
    """One number; figure by figure where it is a reference, or one that is dialled so."""
    if len(digits) > _MOST_DIGITS or (digits[0] == "0" and len(digits) > 1):
        return _digits(key, digits)
    if digits in _EMERGENCY and TONGUES[key].emergency:
        return _digits(key, digits)
    return str(num2words(int(digits), lang=key)).replace(",", "")


def _digits(key: str, written: str) -> str:
    return " ".join(str(num2words(int(digit), lang=key)) for digit in re.findall(r"\d", written))


def _phone(key: str, written: str) -> str:
    """In French by twos, as people say them: "zéro trois, vingt-neuf"; elsewhere figure by figure."""
    digits = re.sub(r"\D", "", written)
    if not TONGUES[key].pairs:
        return _digits(key, digits)
    pairs = (digits[at : at + 2] for at in range(0, len(digits), 2))
    return ", ".join(_number(key, pair) for pair in pairs)


def _ungrouped(match: re.Match[str]) -> str:
    """One number, "1 200", but for two that are dialled: "18 112"."""
    return match[0] if match[1] in _CALLED else match[0].replace(" ", "")


def _decimal(key: str, tongue: Tongue, whole: str, decimals: str) -> str:
    return f"{_number(key, whole)} {tongue.comma} {_digits(key, decimals) if len(decimals) > 2 else _number(key, decimals)}"


def _quantity(key: str, tongue: Tongue, match: re.Match[str]) -> str:
    one, singular, plural = tongue.units[match[3]]
    whole, decimals = match[1].replace(" ", ""), match[2]
    if decimals and match[3] == "€":
        return f"{one if whole == '1' else f'{_number(key, whole)} {plural}'} {_number(key, decimals)}"
    if decimals:
        number = _decimal(key, tongue, whole, decimals)
        return f"{number} {singular if int(whole) < 2 and key == FRENCH else plural}"
    return one if whole == "1" else f"{_agreed(tongue, one, _number(key, whole))} {plural}"


def _agreed(tongue: Tongue, one: str, number: str) -> str:
    """The number as the unit's gender wants it: vingt et une tonnes."""
    old, new = tongue.feminine
    agrees = old and one.startswith(new) and number.endswith(old)
    return number.removesuffix(old) + new if agrees else number


def _unit_plural(tongue: Tongue, unit: str) -> str:
    return tongue.units[unit][2] if unit in tongue.units else tongue.whole.replace("{h}", "").strip()


def _time(key: str, tongue: Tongue, hour: str, minute: str | None) -> str:
    h, m = int(hour), int(minute or 0)
    if key == FRENCH and h == 0:
        return f"minuit {_number(key, str(m))}" if m else "minuit"
    said = _minutes(key, m)
    if h == 1:
        return tongue.one[1].format(m=said) if m else tongue.one[0]
    hours = _agreed(tongue, tongue.feminine[1], _number(key, str(h)))
    if key == "en" and 1 < h <= 12 and not m:
        return f"{hours} o'clock"
    return (tongue.clock if m else tongue.whole).format(h=hours, m=said)


def _minutes(key: str, m: int) -> str:
    return f"oh {_number(key, str(m))}" if key == "en" and m < 10 else _number(key, str(m))


def _date(key: str, tongue: Tongue, day: str, month: int, year: str | None) -> str:
    name = get_month_names("wide", locale=key)[month]
    return " ".join(filter(None, (_day(key, tongue, int(day)), name, _number(key, year) if year else "")))


def _day(key: str, tongue: Tongue, day: int) -> str:
    if day == 1:
        return tongue.first
    if tongue.dates == "ordinal":
        return str(num2words(day, lang=key, to="ordinal")) + ("n" if key == "de" else "")
    return _number(key, str(day))


@cache
def _days(key: str) -> Mapping[str, str]:
    """Days as they are shortened and in full, with what they stand for; without the dot, in small letters."""
    return _stand_for(get_day_names("abbreviated", locale=key), get_day_names("wide", locale=key))


@cache
def _months(key: str) -> Mapping[str, str]:
    """The same of months."""
    return _stand_for(get_month_names("abbreviated", locale=key), get_month_names("wide", locale=key))


def _stand_for(short: Mapping[int, str], wide: Mapping[int, str]) -> dict[str, str]:
    shortened = {name.lower().rstrip("."): wide[at] for at, name in short.items()}
    return shortened | {name.lower(): name for name in wide.values()}


def _written_date(key: str) -> str:
    """As the house writes a moment, "dim. 22 nov.", and as people do, "22 novembre"."""
    days, months = ("|".join(sorted(map(re.escape, names), key=len, reverse=True)) for names in (_days(key), _months(key)))  # fmt: skip
    return rf"(?i)\b(?:({days})\.?,? )?(\d{{1,2}})(?:er|\.)?(?: de)? ({months})\b\.?(?: (?:de )?(\d{{4}})\b)?"


def _day_and_month(key: str, tongue: Tongue, match: re.Match[str]) -> str:
    weekday = _days(key)[match[1].lower()] if match[1] else ""
    year = _number(key, match[4]) if match[4] else ""
    return " ".join(
        filter(None, (weekday, _day(key, tongue, int(match[2])), _months(key)[match[3].lower()], year))
    )


def _any_of(table: Mapping[str, str], after: str) -> str:
    """Any abbreviation of a table; its final dot is asked for where it is written there, else taken where it stands."""
    forms = sorted(table, key=len, reverse=True)
    each = "|".join(re.escape(form) if form.endswith(".") else rf"{re.escape(form)}\.?" for form in forms)
    return rf"(?<![\w.-])((?i:{each})){after}"


def _expand(table: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    known = {form.lower().rstrip("."): said for form, said in table.items()}

    def said(match: re.Match[str]) -> str:
        tail = match[0][len(match[1]) :]
        return known[match[1].lower().rstrip(".")] + ("-" if tail == "-" else " " if tail else "")

    return said
