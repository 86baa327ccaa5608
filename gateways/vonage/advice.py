"""What to do about a trial's answer from Vonage: by code, else by trouble, else by outcome."""

from collections.abc import Mapping
from typing import Final

ADVICE: Final[Mapping[str, str]] = {
    "credentials": "At Vonage: application_id and private_key_file must be of the same application, and this machine's clock right (NTP): the word is signed and dated.",
    "credit": "At Vonage: the account is prepaid; fill it up, and switch on auto reload.",
    "sender": "At Vonage: link the number to the application (Numbers); French rules forbid 06 and 07 to automatic calls.",
    "quota": "At Vonage: a new account begins three calls a second: set rate = 3.0, or ask for more.",
    "accepted": "At Vonage: it rings now; callback_refused in alertd's log means that signature_secret or the clock is wrong.",
}
