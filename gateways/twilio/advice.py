"""What to do about a trial's answer from Twilio: by code, else by trouble, else by outcome."""

from collections.abc import Mapping
from typing import Final

ADVICE: Final[Mapping[str, str]] = {
    "credentials": "At Twilio: account_sid and auth_token are on the console's first page; a key belongs to one region (region), and the token changes when it is rotated.",
    "credit": "At Twilio: Billing; switch on Auto recharge, since an empty account is suspended.",
    "sender": "At Twilio: the number or name must be this account's and allowed to that country; a Messaging Service (MG...) must hold a sender.",
    "quota": "At Twilio: a long number speaks one segment a second; lower the sender's rate, or take a name or a short number.",
    "21408": "At Twilio: Messaging > Settings > Geo permissions: tick that country, and each overseas territory, which count apart.",
    "21608": "At Twilio: a trial account writes to verified numbers only: leave the trial.",
    "30007": "At Twilio: a carrier filters the text or the name: generic words as a sender, or shortened links.",
    "stopped": "At Twilio: this number answered STOP; only its owner can write START to the same sender.",
    "accepted": "At Twilio: Monitor > Logs > Errors 11200 says that public_url could not be called.",
}
