"""What an SMSC's words mean: the command_status of its answers, and the state in its receipts.

SMPP 3.4, 5.1.3 (command_status) and 5.2.28 with appendix B (receipts). Codes above 0x400 are each vendor's own.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from gateways.contract import Outcome, Receipt, Trouble
from gateways.smpp.pdu import Delivered, Tag

Verdict = tuple[Outcome, Trouble | None]

_MESSAGE: Final = (Outcome.FAILED, None)
_SETTINGS: Final = (Outcome.RETRY, Trouble.PROVIDER)
_CREDENTIALS: Final = (Outcome.RETRY, Trouble.CREDENTIALS)
_SENDER: Final = (Outcome.RETRY, Trouble.SENDER)
_LESS: Final = (Outcome.THROTTLED, Trouble.QUOTA)

OK: Final = 0
INVALID_DESTINATION: Final = 0x0B
WAIT_S: Final = 1.0
"""How long to be silent for an SMSC that asks for less: none says how long."""

STATUSES: Final[Mapping[int, tuple[str, Verdict]]] = {
    OK: ("ESME_ROK", (Outcome.ACCEPTED, None)),
    0x01: ("ESME_RINVMSGLEN", _MESSAGE),
    0x02: ("ESME_RINVCMDLEN", _MESSAGE),
    0x03: ("ESME_RINVCMDID", _SETTINGS),
    0x04: ("ESME_RINVBNDSTS", _SETTINGS),
    0x05: ("ESME_RALYBND", (Outcome.RETRY, Trouble.QUOTA)),  # more binds than the account has
    0x06: ("ESME_RINVPRTFLG", _SETTINGS),
    0x07: ("ESME_RINVREGDLVFLG", _SETTINGS),
    0x08: ("ESME_RSYSERR", _SETTINGS),
    0x0A: ("ESME_RINVSRCADR", _SENDER),
    INVALID_DESTINATION: ("ESME_RINVDSTADR", _MESSAGE),
    0x0D: ("ESME_RBINDFAIL", _CREDENTIALS),
    0x0E: ("ESME_RINVPASWD", _CREDENTIALS),
    0x0F: ("ESME_RINVSYSID", _CREDENTIALS),
    0x14: ("ESME_RMSGQFUL", _LESS),
    0x15: ("ESME_RINVSERTYP", _SETTINGS),
    0x43: ("ESME_RINVESMCLASS", _SETTINGS),
    0x45: ("ESME_RSUBMITFAIL", (Outcome.RETRY, None)),
    0x48: ("ESME_RINVSRCTON", _SENDER),
    0x49: ("ESME_RINVSRCNPI", _SENDER),
    0x50: ("ESME_RINVDSTTON", _SETTINGS),
    0x51: ("ESME_RINVDSTNPI", _SETTINGS),
    0x53: ("ESME_RINVSYSTYP", _CREDENTIALS),
    0x58: ("ESME_RTHROTTLED", _LESS),
    0x61: ("ESME_RINVSCHED", _SETTINGS),
    0x62: ("ESME_RINVEXPIRY", _SETTINGS),
    0x64: ("ESME_RX_T_APPN", (Outcome.RETRY, None)),
    0x65: ("ESME_RX_P_APPN", _MESSAGE),
    0x66: ("ESME_RX_R_APPN", _MESSAGE),
    0xFE: ("ESME_RDELIVERYFAILURE", (Outcome.RETRY, None)),
    0xFF: ("ESME_RUNKNOWNERR", _SETTINGS),
}
"""The name and what it means. What is not here says that something is wrong with us or them, never with a number."""

IN_A_ROW: Final = 8
"""So many dead numbers without one that is accepted in between: it is how we write numbers that the SMSC does not like."""


@dataclass(slots=True)
class Judge:
    """One account's words. `dead`: those that say that a number is none; `credit`: that the account is empty."""

    dead: Collection[int] = frozenset({INVALID_DESTINATION})
    credit: Collection[int] = frozenset()
    _dead_in_a_row: int = 0

    def judge(self, reference: str, status: int, names: tuple[str, ...] = ()) -> Receipt:
        """The receipt of a message with this answer; `names` are what the SMSC calls it."""
        outcome, trouble = self._verdict(status)
        wait_s = WAIT_S if outcome is Outcome.THROTTLED else None
        names = names if outcome is Outcome.ACCEPTED else ()
        return Receipt(
            reference,
            outcome,
            word(status),
            provider_ref=names[0] if names else "",
            retry_after_s=wait_s,
            trouble=trouble,
            names=names,
        )

    def _verdict(self, status: int) -> Verdict:
        if status == OK:
            self._dead_in_a_row = 0
        if status in self.credit:
            return Outcome.RETRY, Trouble.CREDIT
        if status in self.dead:
            self._dead_in_a_row += 1
            return (Outcome.REFUSED, None) if self._dead_in_a_row <= IN_A_ROW else _SETTINGS
        return STATUSES[status][1] if status in STATUSES else _SETTINGS


def word(status: int) -> str:
    """A command_status as people know it."""
    return STATUSES[status][0] if status in STATUSES else f"0x{status:08X}"


_STATES: Final = {
    0: "SCHEDULED", 1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 8: "REJECTD", 9: "SKIPPED",
}  # fmt: skip
_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "DELIV": Outcome.DELIVERED,
    "ENROU": Outcome.ACCEPTED,
    "ACCEP": Outcome.ACCEPTED,
    "BUFFE": Outcome.ACCEPTED,
    "SCHED": Outcome.ACCEPTED,
    "EXPIR": Outcome.FAILED,
    "DELET": Outcome.FAILED,
    "UNDEL": Outcome.FAILED,
    "REJEC": Outcome.FAILED,
    "SKIPP": Outcome.FAILED,
    "FAILE": Outcome.FAILED,
}
"""By their first five letters: the standard has DELIVRD and UNDELIV, and some write DELIVERED and UNDELIVERABLE all the same.

UNKNOWN is left out: the SMSC does not know, which is no word about the message.
"""

_ID: Final = re.compile(r"\bid: ?([^ ,;\x00-\x1f]{1,65})", re.IGNORECASE)
_STAT: Final = re.compile(r"\bstat: ?([A-Z]{5,16})", re.IGNORECASE)
_ERR: Final = re.compile(r"\berr: ?([0-9A-Z]{1,8})", re.IGNORECASE)

Ids = Literal["same", "decimal", "hex"]


@dataclass(frozen=True, slots=True)
class Reports:
    """How an account's receipts are read.

    `ids`: how they write the identifier that the answer gave: the same, or (many an SMSC) in decimal what was
    hexadecimal, or in hexadecimal what was decimal. `dead_errors`: network errors (`err`) that say that a number is none.
    """

    ids: Ids = "same"
    dead_errors: Collection[str] = field(default_factory=frozenset)

    def name(self, identifier: str) -> str:
        """What the answer calls a message, as it is kept."""
        return _number(identifier, {"decimal": 16, "hex": 10}.get(self.ids))

    def read(self, told: Delivered) -> Receipt | None:
        """The receipt in a deliver_sm; None where it names no message, or says nothing of it."""
        text = told.text.decode("latin-1")
        name = self._named(told, text)
        state = _state(told, text)
        outcome = _OUTCOMES.get(state[:5])
        if not name or outcome is None:
            return None
        error = _found(_ERR, text)
        if outcome is Outcome.FAILED and error in self.dead_errors:
            outcome = Outcome.REFUSED
        return Receipt("", outcome, f"{state} {error}".strip(), provider_ref=name)

    def _named(self, told: Delivered, text: str) -> str:
        """The identifier of its own parameter is the answer's, to the letter; that of the text is written as `ids` says."""
        tagged = told.tags.get(Tag.RECEIPTED_MESSAGE_ID, b"").partition(b"\0")[0].decode("latin-1").strip()
        if tagged:
            return self.name(tagged)
        return _number(_found(_ID, text), {"decimal": 10, "hex": 16}.get(self.ids))


def _state(told: Delivered, text: str) -> str:
    stated: Sequence[int] = told.tags.get(Tag.MESSAGE_STATE, b"")
    return _STATES.get(stated[0], "") if len(stated) == 1 else _found(_STAT, text).upper()


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _number(identifier: str, base: int | None) -> str:
    """The same number, whichever way it was written; what is none stays as it is. A report may fill a decimal one up to ten
    digits where the answer did not (appendix B).
    """
    if base is None:
        return (identifier.lstrip("0") or "0") if identifier.isdecimal() else identifier
    try:
        return str(int(identifier, base)) if identifier.isalnum() else identifier
    except ValueError:
        return identifier
