"""Which numbers may be written to or called on a stranger's word: those of the EEA, Switzerland and the United Kingdom.

Whoever asks for codes to numbers of his own abroad is paid by the operators there ("SMS pumping"): nothing leaves for such
numbers before their person is known.
"""

from typing import Final

import phonenumbers

from alertd.errors import Refused

ACCEPTED: Final = (
    " AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK IS LI NO CH GB "
    " GP GF MQ RE YT PM BL MF NC PF WF AX "
)
"""ISO 3166 codes; in the second line, parts of these States that have a range of numbers of their own."""


def check(number: str) -> None:
    """A canonical number that may be asked whether it is its person's.

    :raises Refused: `phone_abroad`.
    """
    parsed = phonenumbers.parse(number)
    region = phonenumbers.region_code_for_number(parsed) or phonenumbers.region_code_for_country_code(
        parsed.country_code or 0
    )
    if f" {region} " not in ACCEPTED:
        raise Refused(
            "phone_abroad",
            "Numbers of the EEA, Switzerland and the United Kingdom alone can join so: use e-mail.",
        )
