"""What to do about a trial's answer from OVHcloud: by code, else by trouble, else by outcome."""

from collections.abc import Mapping
from typing import Final

ADVICE: Final[Mapping[str, str]] = {
    "credentials": "At OVHcloud: compare the three keys and service_name; at https://auth.eu.ovhcloud.com/api/createToken see whether they have ended, and whether each right of docs/fournisseurs.md was given.",
    "credit": "At OVHcloud: buy credits (Télécom > SMS) and switch on the automatic refill; the probe counts fewer than credit_floor as none.",
    "sender": "At OVHcloud: see in Télécom > SMS > Expéditeurs whether it was validated. A short number (no sender) takes no text that holds a link.",
    "quota": "At OVHcloud: 429 is about calls of the API at the same time: lower parallel, or the sender's rate.",
    "refused": "OVHcloud put the number among invalidReceivers, or says (ptt 23) that it should not be used again.",
    "accepted": "At OVHcloud: a message that bears the STOP clause waits for the morning; `stop_clause_for_info` gives it to informations only.",
}
