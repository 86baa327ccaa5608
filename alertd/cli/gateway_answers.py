"""What a provider's answer to a trial means, and what to do about it, in plain sentences."""

from collections.abc import Mapping
from typing import Final

from alertd.deliver.trial import Trial
from gateways.contract import Outcome, Receipt, Trouble
from gateways.loader import advice

OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.ACCEPTED: "The provider has taken the message; it has not said that it arrived.",
    Outcome.DELIVERED: "The message has arrived.",
    Outcome.SEEN: "The message has arrived, and somebody has seen it.",
    Outcome.REFUSED: "The provider says that this address is dead: check it, or try with another.",
    Outcome.STOPPED: "Whoever has this address has asked the provider not to be written to (STOP): try with another.",
    Outcome.FAILED: "The provider will never let this message pass, though the address may be good: see its words, and "
    "whether the account may write to this country.",
    Outcome.RETRY: "The message did not leave: try again in a minute. The gateway itself would do so by itself.",
    Outcome.THROTTLED: "The provider asks for less, and the message did not leave: lower the sender's rate, then try again.",
    Outcome.UNKNOWN: "The message was handed over and no answer was read: it may have arrived. Look at the telephone or the "
    "mailbox before trying again.",
}
_NO_MORE: Final = (
    "No later word will come: this provider sends none, or cannot call back (is http.public_url this machine's own?). "
    "Look whether it came."
)
TROUBLES: Final[Mapping[Trouble, str]] = {
    Trouble.CREDENTIALS: "The provider does not accept the account's keys or password: compare them with its console, and look "
    "whether they have expired or lack a right. Then restart alertd.",
    Trouble.CONNECTION: "The provider cannot be reached: check base_url or host and port, the network and the firewall.",
    Trouble.TLS: "The connection cannot be secured: check the provider's certificate, ca_file, and this machine's date.",
    Trouble.CREDIT: "The account has no credit left, or is suspended: fill it up at the provider's.",
    Trouble.SENDER: "The provider refuses the sender's name or number: have it validated there, or correct it in alertd.toml.",
    Trouble.QUOTA: "The account's allowance is used up for now: wait, lower the sender's rate, or ask the provider for more.",
    Trouble.PROVIDER: "The provider itself is in trouble: look at its status page, and try again later.",
}


def explained(trial: Trial, wait_s: float, *, told: bool, driver: str = "") -> str:
    """The last word explained, and what to do about it at the driver's provider; `told`: the provider says later what
    became of a message.
    """
    last = trial.last
    sentences = [_meaning(last)]
    if last.outcome is Outcome.ACCEPTED:
        sentences.append(_silence(wait_s) if told else _NO_MORE)
    sentences.append(advice(driver, last) if last.outcome is not Outcome.UNKNOWN else "")
    return " ".join(filter(None, sentences)) + _words(last)


def _meaning(receipt: Receipt) -> str:
    if receipt.trouble is not None and receipt.outcome is not Outcome.UNKNOWN:
        return TROUBLES[receipt.trouble]
    return OUTCOMES[receipt.outcome]


def _silence(wait_s: float) -> str:
    return (
        f"Nothing more was heard within {wait_s:g} s: look whether it came. Where the provider calls back, alertd must be "
        "running and be found at public_url."
    )


def _words(receipt: Receipt) -> str:
    """The provider's own, for whoever writes to its support."""
    said = " ".join(part for part in (receipt.code, receipt.detail) if part)
    printable = "".join(sign if sign.isprintable() else " " for sign in said)[:300]
    return f"\nThe provider's words: {printable}" if printable else ""
