"""An SMSC's words: each status and each receipt has one meaning, and only a proven word marks a number dead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smpp_peer import brought, receipt, tag

from gateways.contract import Outcome, Trouble
from gateways.smpp.pdu import Malformed, delivered
from gateways.smpp.verdict import STATUSES, Judge, Reports


@pytest.mark.parametrize(
    ("status", "outcome", "trouble"),
    [
        (0x00, Outcome.ACCEPTED, None),
        (0x01, Outcome.FAILED, None),
        (0x08, Outcome.RETRY, Trouble.PROVIDER),
        (0x0A, Outcome.RETRY, Trouble.SENDER),
        (0x0B, Outcome.REFUSED, None),
        (0x0E, Outcome.RETRY, Trouble.CREDENTIALS),
        (0x14, Outcome.THROTTLED, Trouble.QUOTA),
        (0x45, Outcome.RETRY, None),
        (0x50, Outcome.RETRY, Trouble.PROVIDER),
        (0x58, Outcome.THROTTLED, Trouble.QUOTA),
        (0x65, Outcome.FAILED, None),
        (0x0400, Outcome.RETRY, Trouble.PROVIDER),
        (0x0401, Outcome.RETRY, Trouble.CREDIT),
    ],
)
def test_a_status_has_one_meaning(status: int, outcome: Outcome, trouble: Trouble | None) -> None:
    """Those of the standard, a vendor's own, and one that the table says is an empty account."""
    told = Judge(credit=frozenset({0x0401})).judge("ref", status)
    assert (told.outcome, told.trouble) == (outcome, trouble)
    assert told.code


@given(st.integers(0, 0xFFFF_FFFF).filter(lambda status: status != 0x0B))
def test_no_other_status_marks_a_number_dead(status: int) -> None:
    """Whatever an SMSC says, only the word of the table retires a number."""
    assert Judge().judge("ref", status).outcome is not Outcome.REFUSED


def test_eight_dead_numbers_in_a_row_may_be_and_one_that_is_taken_begins_the_count_anew() -> None:
    """The ninth says that it is our way of writing them; a number that is accepted says that it is not."""
    judge = Judge()
    told = [judge.judge("ref", 0x0B).outcome for _ in range(9)]
    assert told == [Outcome.REFUSED] * 8 + [Outcome.RETRY]
    judge.judge("ref", 0x00)
    assert judge.judge("ref", 0x0B).outcome is Outcome.REFUSED


def test_a_table_may_prove_no_word_at_all() -> None:
    """Where the operator says RINVDSTADR of anything, no status marks a number dead."""
    judge = Judge(dead=frozenset())
    assert {judge.judge("ref", status).outcome for status in STATUSES}.isdisjoint({Outcome.REFUSED})


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("DELIVRD", Outcome.DELIVERED),
        ("ACCEPTD", Outcome.ACCEPTED),
        ("ENROUTE", Outcome.ACCEPTED),
        ("EXPIRED", Outcome.FAILED),
        ("DELETED", Outcome.FAILED),
        ("UNDELIV", Outcome.FAILED),
        ("REJECTD", Outcome.FAILED),
        ("SKIPPED", Outcome.FAILED),
        ("DELIVERED", Outcome.DELIVERED),
        ("UNDELIVERABLE", Outcome.FAILED),
    ],
)
def test_a_receipt_s_state_has_one_meaning(state: str, outcome: Outcome) -> None:
    """As appendix B writes them, or spelt out; our own reference is not in it, the SMSC's name is."""
    told = Reports().read(delivered(receipt("0A1F", state, "011")))
    assert told is not None
    assert (told.reference, told.outcome, told.provider_ref, told.code) == (
        "",
        outcome,
        "0A1F",
        f"{state} 011",
    )


def test_a_network_error_marks_a_number_dead_where_the_table_says_so() -> None:
    """What 001 means is each vendor's own: unlisted it fails the message, listed it retires the number; never when delivered."""
    undelivered = delivered(receipt("1", "UNDELIV", "001"))
    listed = Reports(dead_errors=frozenset({"001"}))
    assert (told := Reports().read(undelivered))
    assert told.outcome is Outcome.FAILED
    assert (told := listed.read(undelivered))
    assert told.outcome is Outcome.REFUSED
    assert (told := listed.read(delivered(receipt("1", "DELIVRD", "001"))))
    assert told.outcome is Outcome.DELIVERED


@pytest.mark.parametrize("state", ["UNKNOWN", "MUMBLED"])
def test_a_state_that_says_nothing_is_no_word(state: str) -> None:
    """An SMSC that does not know says nothing about the message."""
    assert Reports().read(delivered(receipt("1", state))) is None


def test_parameters_of_their_own_stand_before_the_text() -> None:
    """receipted_message_id and message_state are the standard's; the text is each vendor's."""
    tags = tag(0x001E, b"other\0") + tag(0x0427, b"\x05")
    told = Reports().read(delivered(receipt("1", "DELIVRD", tags=tags)))
    assert told is not None
    assert (told.provider_ref, told.outcome) == ("other", Outcome.FAILED)


def test_an_identifier_alone_makes_a_receipt() -> None:
    """Some SMSCs leave the esm_class at 0, and the text empty."""
    message = delivered(brought(b"", tags=tag(0x001E, b"7\0") + tag(0x0427, b"\x02")))
    assert message.is_receipt
    assert (told := Reports().read(message))
    assert (told.provider_ref, told.outcome) == ("7", Outcome.DELIVERED)


def test_a_receipt_may_say_so_by_its_text_alone() -> None:
    """An esm_class of 0 and the text of appendix B: no person wrote it, and none is answered. What only resembles one is a person's."""
    told = delivered(receipt("7").replace(b"\x04", b"\x00", 1))
    assert told.esm_class == 0
    assert (told.is_receipt, told.is_message) == (True, False)
    written = delivered(brought(b"id:7 stat:DELIVRD ?"))
    assert (written.is_receipt, written.is_message) == (False, True)


def test_fields_may_be_parted_by_commas() -> None:
    """The identifier ends where the next field begins."""
    told = Reports().read(delivered(brought(b"id:7,sub:001,stat:DELIVRD,err:000", esm_class=4)))
    assert told is not None
    assert (told.provider_ref, told.outcome) == ("7", Outcome.DELIVERED)


@pytest.mark.parametrize(
    ("ids", "answered", "reported"),
    [
        ("same", "0A1F", "0A1F"),
        ("same", "12345", "0000012345"),
        ("same", "0012345", "12345"),
        ("same", "0", "0000000000"),
        ("decimal", "0a1F", "0000002591"),
        ("hex", "2591", "A1F"),
        ("decimal", "f3-77", "f3-77"),
    ],
)
def test_identifiers_are_recognised_however_they_are_written(ids: str, answered: str, reported: str) -> None:
    """Many an SMSC answers in hexadecimal and reports in decimal, or the other way round."""
    reports = Reports(ids)  # type: ignore[arg-type]
    told = reports.read(delivered(receipt(reported)))
    assert told is not None
    assert told.provider_ref == reports.name(answered)


@given(st.binary(max_size=200))
def test_a_body_that_is_no_deliver_sm_is_refused_or_read(body: bytes) -> None:
    """Whatever comes, it is one or the other."""
    try:
        told = delivered(body)
    except Malformed:
        return
    Reports().read(told)


@given(st.integers(0, 200))
def test_a_torn_deliver_sm_is_no_half_receipt(length: int) -> None:
    """Every shorter piece of a receipt is refused, or names the same message."""
    whole = receipt("0A1F", tags=tag(0x0427, b"\x02"))
    if length < len(whole) - 5:
        with pytest.raises(Malformed):
            delivered(whole[:length])
