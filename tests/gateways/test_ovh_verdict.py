"""What OVHcloud's words mean: only a word of its tables marks a number dead."""

import json
from typing import Any

import pytest

from gateways.contract import Outcome, Trouble
from gateways.http import Answer as HttpAnswer
from gateways.ovh.verdict import judge, read, report
from gateways.vonage import verdict as vonage


@pytest.mark.parametrize(
    ("status", "said", "outcome", "trouble"),
    [
        (200, {"ids": [26], "validReceivers": ["+33639980100"]}, Outcome.ACCEPTED, None),
        (200, {"ids": [], "invalidReceivers": ["+33639980100"]}, Outcome.REFUSED, None),
        (200, {"ids": [], "invalidReceivers": ["+1"], "validReceivers": ["+1"]}, Outcome.UNKNOWN, Trouble.PROVIDER),
        (200, {}, Outcome.UNKNOWN, Trouble.PROVIDER),
        (301, {}, Outcome.RETRY, Trouble.PROVIDER),
        (400, {"message": "Sender is not valid"}, Outcome.RETRY, Trouble.SENDER),
        (400, {"message": "cannot send contact information with shortcode"}, Outcome.RETRY, Trouble.SENDER),
        (400, {"message": "Not enough credits left"}, Outcome.RETRY, Trouble.CREDIT),
        (400, {"errorCode": "INVALID_SIGNATURE", "message": "x"}, Outcome.RETRY, Trouble.CREDENTIALS),
        (400, {"errorCode": "QUERY_TIME_OUT", "message": "Query out of time"}, Outcome.RETRY, Trouble.CREDENTIALS),
        (400, {"message": "Invalid receiver number"}, Outcome.FAILED, None),
        (400, {"message": "Message is too long"}, Outcome.FAILED, None),
        (400, None, Outcome.RETRY, Trouble.PROVIDER),
        (401, {"message": "You must login first"}, Outcome.RETRY, Trouble.CREDENTIALS),
        (402, {"message": "Payment required"}, Outcome.RETRY, Trouble.CREDIT),
        (403, {"errorCode": "NOT_GRANTED_CALL", "message": "not granted"}, Outcome.RETRY, Trouble.CREDENTIALS),
        (403, {"message": "Not enough credit"}, Outcome.RETRY, Trouble.CREDIT),
        (404, {"message": "This service does not exist"}, Outcome.RETRY, Trouble.CREDENTIALS),
        (413, {"message": "Too large"}, Outcome.FAILED, None),
        (429, {"message": "Too many requests"}, Outcome.THROTTLED, Trouble.QUOTA),
        (460, {"message": "This service is expired"}, Outcome.RETRY, Trouble.CREDIT),
        (500, {"message": "Internal server error"}, Outcome.RETRY, Trouble.PROVIDER),
        (502, None, Outcome.UNKNOWN, Trouble.PROVIDER),
        (503, None, Outcome.RETRY, Trouble.PROVIDER),
        (504, None, Outcome.UNKNOWN, Trouble.PROVIDER),
    ],
)  # fmt: skip
def test_an_answer_to_a_job(status: int, said: Any, outcome: Outcome, trouble: Trouble | None) -> None:
    """Faults of the account are told apart from the message's, and only `invalidReceivers` marks a number dead."""
    receipt = judge("ref", read(status, json.dumps(said).encode()))
    assert (receipt.outcome, receipt.trouble) == (outcome, trouble)
    assert receipt.code
    assert (receipt.retry_after_s is not None) is (outcome is Outcome.THROTTLED)


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("", 5.0), ("-3", 5.0), ("soon", 5.0), ("86400", 300.0), ("9" * 400, 300.0)]
)  # fmt: skip
def test_how_long_a_throttled_message_waits(header: str, seconds: float) -> None:
    """As long as the provider says, within bounds."""
    assert judge("ref", read(429, b"{}", header)).retry_after_s == seconds


def test_a_date_to_come_back_at_counts_from_the_answers_own() -> None:
    """Retry-After as a date is measured from the Date of the same answer; without one it says nothing."""
    until, said = "Sun, 22 Nov 2026 21:00:00 GMT", "Sun, 22 Nov 2026 20:59:00 GMT"
    assert judge("ref", read(429, b"{}", until, said)).retry_after_s == 60.0
    assert judge("ref", read(429, b"{}", until)).retry_after_s == 5.0
    assert (
        vonage.judge("ref", HttpAnswer(429, {"Retry-After": until, "Date": said}, b"{}")).retry_after_s
        == 60.0
    )


def test_numbers_are_not_quoted() -> None:
    """An error that quotes a telephone number is kept without it."""
    receipt = judge("ref", read(400, b'{"message": "Receiver 0033639980100 or +33639980100 is bad"}'))
    assert receipt.detail == "Receiver … or … is bad"


@pytest.mark.parametrize(
    ("dlr", "ptt", "outcome"),
    [
        (0, -1, Outcome.ACCEPTED),
        (1, 4, Outcome.DELIVERED),
        (4, 3, Outcome.ACCEPTED),
        (8, 1, Outcome.ACCEPTED),
        (2, 5, Outcome.FAILED),
        (2, 8, Outcome.FAILED),
        (2, 23, Outcome.REFUSED),
        (2, 24, Outcome.FAILED),
        (2, 27, Outcome.FAILED),
        (2, 999, Outcome.FAILED),
        (2, 6, Outcome.ACCEPTED),
        (16, 25, Outcome.FAILED),
        (64, 0, Outcome.ACCEPTED),
        (2, None, Outcome.FAILED),
    ],
)
def test_a_delivery_report(dlr: int, ptt: int | None, outcome: Outcome) -> None:
    """The state decides and the technical code refines; only a number that must not be used again is dead."""
    outgoing = {"id": 26, "tag": "ref", "deliveryReceipt": dlr, "ptt": ptt}
    receipt = report("ref", outgoing)
    assert receipt is not None
    assert (receipt.outcome, receipt.provider_ref) == (outcome, "26")


@pytest.mark.parametrize(
    "outgoing", [None, [], "x", {}, {"tag": "other", "deliveryReceipt": 1}, {"tag": "ref"},
                 {"tag": "ref", "deliveryReceipt": [1]}, {"tag": "ref", "deliveryReceipt": 2, "ptt": {}}]
)  # fmt: skip
def test_a_damaged_report_says_nothing_wrong(outgoing: Any) -> None:
    """What is no report of this reference is passed over, and odd parts of one raise nothing and kill nobody."""
    receipt = report("ref", outgoing)
    assert receipt is None or receipt.outcome is Outcome.FAILED
