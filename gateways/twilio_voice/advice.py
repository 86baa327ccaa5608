"""What to do about a trial's answer from Twilio's calls: by code, else by trouble, else by outcome."""

from collections.abc import Mapping
from typing import Final

ADVICE: Final[Mapping[str, str]] = {
    "credentials": "At Twilio: account_sid and auth_token are on the console's first page; a key belongs to one region (region).",
    "credit": "At Twilio: Billing; switch on Auto recharge, since an empty account is suspended.",
    "sender": "At Twilio: the number that calls must be the account's own, or verified; French rules forbid 06 and 07 to automatic calls (09 37 to 09 39 may).",
    "quota": "At Twilio: a new account begins one call a second (CPS): set rate = 1.0, or ask for more.",
    "21215": "At Twilio: Voice > Settings > Geo permissions: tick that country, and each overseas territory, which count apart.",
    "21219": "At Twilio: a trial account calls verified numbers only: leave the trial.",
    "accepted": "At Twilio: it rings now; keys do nothing where public_url cannot be called (Monitor > Logs > Errors, 11200).",
}
