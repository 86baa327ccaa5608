"""What to do about a trial's answer from a mail relay: by code, else by trouble, else by outcome."""

from collections.abc import Mapping
from typing import Final

ADVICE: Final[Mapping[str, str]] = {
    "credentials": "At the relay: username and password_file; many want a password made for applications, or an SMTP key, not the mailbox's own.",
    "tls": "At the relay: starttls is usually port 587 and tls port 465; a relay of the house with its own authority needs ca_file. Nothing is sent in clear.",
    "sender": "At the relay: declare and verify the domain of from_address, and of bounce_address, from which letters leave.",
    "quota": "At the relay: an ordinary mailbox takes a few hundred letters a day; lower rate, or take a relay for mass mail.",
    "credit": "At the relay: the plan is used up or suspended.",
    "connection": "At the relay: many hosts close port 25, and some 465 or 587, until one asks them to open it.",
    "refused": "The relay knows this mailbox not to exist.",
    "failed": "See the relay's words: refused as spam or for the domain's SPF, DKIM or DMARC, which docs/fournisseurs.md lists.",
    "accepted": "Look among the undesired mails, too: without SPF, DKIM and DMARC that is where letters go.",
}
