"""NCCO: what Vonage's calls are told to say, and which key to wait for.

https://developer.vonage.com/en/voice/voice-api/ncco-reference. A list of actions, as JSON: there is nothing to escape, and
what cannot be said (control characters) is left out.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from gateways.telephone import FRENCH, in_parts, language
from gateways.tongues import passages

_MOST_SAID: Final = 1_400
"""Characters of one `talk`, which takes 1,500."""
_WAIT_S: Final = 6  # for a key, after the last word
_UNSAID: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff<>]")
"""Control characters; and the marks of SSML, which would be obeyed."""

TAGS: Final[Mapping[str, str]] = {
    "fr": "fr-FR",
    "en": "en-GB",
    "de": "de-DE",
    "es": "es-ES",
    "it": "it-IT",
    "nl": "nl-NL",
    "pt": "pt-PT",
    "ca": "ca-ES",
    "pl": "pl-PL",
    "ar": "ar",
    "tr": "tr-TR",
    "ro": "ro-RO",
    "ru": "ru-RU",
}
"""By language, the tag that speaks it; French where nobody does."""

Ncco = list[dict[str, Any]]


def said(text: str, locale: str, times: int = 1) -> Ncco:
    """The text, and the end."""
    return _talk(text, locale, listening=False) * times


def asked(text: str, prompt: str, locale: str, action: str, *, again: bool) -> Ncco:
    """The text and which keys there are; the one pressed goes to `action`. `again`: unless one was, once more the text."""
    heard = _talk(text, locale, listening=True) + _talk(prompt, locale, listening=True)
    keys = {"maxDigits": 1, "timeOut": _WAIT_S}
    listen = {"action": "input", "type": ["dtmf"], "dtmf": keys, "eventUrl": [action], "eventMethod": "POST"}
    return [*heard, listen, *(said(text, locale) if again else [])]


def _talk(text: str, locale: str, *, listening: bool) -> Ncco:
    return [
        {"action": "talk", "text": part, "language": _tag(spoken), "bargeIn": listening}
        for words, spoken in passages(_UNSAID.sub(" ", text), locale)
        for part in in_parts(words, _MOST_SAID)
    ]


def _tag(locale: str) -> str:
    return TAGS.get(language(locale), TAGS[FRENCH])
