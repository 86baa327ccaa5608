"""What to do about a trial's answer from an operator's line: by code, else by trouble, else by outcome."""

from collections.abc import Mapping
from typing import Final

ADVICE: Final[Mapping[str, str]] = {
    "credentials": "At the operator: system_id, password (8 signs at most) or this machine's address are refused; ask which. alertd tries again slowly, so as not to have the account locked.",
    "ESME_RALYBND": "At the operator: the account has no bind left; a running node holds its own, so stop one while you try, or ask for more binds.",
    "quota": "At the operator: lower the sender's rate, window or binds to what the contract allows.",
    "sender": "At the operator: the sender must be declared; a name has sender_ton 5, a short number 3, an international one 1 (sender_ton, sender_npi).",
    "tls": "Ask the operator whether this port speaks TLS at all (over a VPN: tls = false and clear = true), and for its authority (ca_file).",
    "provider": "At the operator: besides a breakdown it may dislike how we write; compare ton, npi, plus, service_type, alphabet and long_messages with its sheet.",
    "connection": "At the operator: host, port, VPN, and whether this machine's address is among those allowed.",
    "refused": "The operator says ESME_RINVDSTADR, or a status of dead_statuses: look whether plus, ton and npi are as it likes numbers to be written.",
    "failed": "Where it says that texts are malformed: alphabet (gsm7 or latin1) and long_messages (segments or payload).",
}
