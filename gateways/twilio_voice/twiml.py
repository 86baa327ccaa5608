"""TwiML: what Twilio's calls are told to say, and which key to wait for.

https://www.twilio.com/docs/voice/twiml. The document is built by Twilio's own library, which escapes; what XML cannot
hold at all (https://www.w3.org/TR/xml/#charsets) is left out before.
"""

import re
from collections.abc import Mapping
from typing import Final

from twilio.twiml.voice_response import Gather, VoiceResponse

from gateways.telephone import FRENCH, in_parts, language
from gateways.tongues import passages

MOST_INLINE: Final = 4_000
"""Characters of a document that is given with the order of a call."""
_MOST_SAID: Final = 3_000
"""Characters of one <Say>, which takes 4,096 and counts what is escaped as it is written."""
_WAIT_S: Final = 6  # for a key, after the last word
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

TONGUES: Final[Mapping[str, tuple[str, str]]] = {
    "fr": ("fr-FR", "Polly.Lea-Neural"),
    "en": ("en-GB", "Polly.Amy-Neural"),
    "de": ("de-DE", "Polly.Vicki-Neural"),
    "es": ("es-ES", "Polly.Lucia-Neural"),
    "it": ("it-IT", "Polly.Bianca-Neural"),
    "nl": ("nl-NL", "Polly.Laura-Neural"),
    "pt": ("pt-PT", "Polly.Ines-Neural"),
    "ca": ("ca-ES", "Polly.Arlet-Neural"),
    "pl": ("pl-PL", "Polly.Ola-Neural"),
    "ar": ("arb", "Polly.Zeina"),
    "tr": ("tr-TR", "Polly.Filiz"),
    "ro": ("ro-RO", "Polly.Carmen"),
    "ru": ("ru-RU", "Polly.Tatyana"),
}
"""By language, the tag and the voice that speak it: https://www.twilio.com/docs/voice/twiml/say/text-speech."""


class Script:
    """Documents in one account's voices. `voices` names others, by language."""

    def __init__(self, voices: Mapping[str, str]) -> None:
        self._voices = voices

    def left(self, text: str, locale: str) -> str:
        """For whoever listens without pressing keys, a machine for one: twice, and the end."""
        response = VoiceResponse()
        response.pause(length=1)
        for _ in range(2):
            self._say(response, text, locale)
        return str(response)

    def asked(self, text: str, prompt: str, locale: str, action: str, *, again: bool = True) -> str:
        """The text and which keys there are; the one pressed goes to `action`. `again`: unless one was, once more the text."""
        response = VoiceResponse()
        response.pause(length=1)
        response.append(self._gather(text, prompt, locale, action))
        if again:
            self._say(response, text, locale)
        return str(response)

    def said(self, text: str, locale: str, times: int) -> str:
        """The text, and the end."""
        response = VoiceResponse()
        for _ in range(times):
            self._say(response, text, locale)
        return str(response)

    def _gather(self, text: str, prompt: str, locale: str, action: str) -> Gather:
        gather = Gather(input="dtmf", num_digits=1, timeout=_WAIT_S, action=action, method="POST")
        self._say(gather, text, locale)
        self._say(gather, prompt, locale)
        return gather

    def _say(self, verb: VoiceResponse, text: str, locale: str) -> None:
        for words, spoken in passages(_NOT_XML.sub("", text), locale):
            tag, voice = self._tongue(spoken)
            for part in in_parts(words, _MOST_SAID):
                verb.say(part, language=tag, voice=voice)

    def _tongue(self, locale: str) -> tuple[str, str]:
        """In French where nobody speaks the language: so do the words that stand in for a missing translation."""
        spoken = language(locale)
        tag, voice = TONGUES.get(spoken, TONGUES[FRENCH])
        return tag, self._voices.get(spoken, voice)
