"""What Twilio's answers mean: only a word about the number marks it dead."""

import json
from typing import Any

import pytest
from twilio.http.response import Response

from gateways.contract import Outcome, Trouble
from gateways.twilio.verdict import CODES, judge


def refused(status: int, code: int, **headers: str) -> Response:
    return Response(status, json.dumps({"code": code, "message": "why", "status": status}), headers)


@pytest.mark.parametrize(
    ("status", "code", "outcome", "trouble"),
    [
        (400, 21610, Outcome.STOPPED, None),
        (400, 21211, Outcome.REFUSED, None),
        (400, 21614, Outcome.REFUSED, None),
        (400, 21635, Outcome.REFUSED, None),
        (400, 21217, Outcome.REFUSED, None),
        (400, 21408, Outcome.FAILED, None),
        (400, 21612, Outcome.FAILED, None),
        (400, 21617, Outcome.FAILED, None),
        (400, 99999, Outcome.FAILED, None),
        (401, 20003, Outcome.RETRY, Trouble.CREDENTIALS),
        (403, 99999, Outcome.RETRY, Trouble.CREDENTIALS),
        (404, 20404, Outcome.RETRY, Trouble.CREDENTIALS),
        (401, 20005, Outcome.RETRY, Trouble.CREDIT),
        (400, 63038, Outcome.RETRY, Trouble.CREDIT),
        (429, 63038, Outcome.RETRY, Trouble.CREDIT),
        (400, 21606, Outcome.RETRY, Trouble.SENDER),
        (400, 21659, Outcome.RETRY, Trouble.SENDER),
        (400, 21705, Outcome.RETRY, Trouble.SENDER),
        (429, 20429, Outcome.THROTTLED, Trouble.QUOTA),
        (429, 0, Outcome.THROTTLED, Trouble.QUOTA),
        (400, 30001, Outcome.THROTTLED, Trouble.QUOTA),
        (400, 21611, Outcome.THROTTLED, Trouble.QUOTA),
        (500, 20500, Outcome.RETRY, Trouble.PROVIDER),
        (503, 0, Outcome.RETRY, Trouble.PROVIDER),
        (302, 0, Outcome.RETRY, Trouble.PROVIDER),
        (404, 0, Outcome.RETRY, Trouble.PROVIDER),
        (500, 0, Outcome.UNKNOWN, Trouble.PROVIDER),
        (502, 0, Outcome.UNKNOWN, Trouble.PROVIDER),
        (504, 0, Outcome.UNKNOWN, Trouble.PROVIDER),
    ],
)
def test_only_a_word_about_the_number_marks_it_dead(
    status: int, code: int, outcome: Outcome, trouble: Trouble | None
) -> None:
    """Twilio's own error is judged by its code; a proxy's page, which has none, by what it may have hidden."""
    receipt = judge("ref", refused(status, code) if code else Response(status, "<html>", {}))
    assert (receipt.outcome, receipt.trouble) == (outcome, trouble)
    assert receipt.code == str(code or status)
    assert (receipt.retry_after_s is not None) is (outcome is Outcome.THROTTLED)


def test_few_words_close_a_number() -> None:
    """Whoever adds one to the table says it here as well."""
    closing = {code for code, (outcome, _) in CODES.items() if outcome in {Outcome.REFUSED, Outcome.STOPPED}}
    assert closing == {21211, 21217, 21610, 21614, 21635}


@pytest.mark.parametrize(
    ("code", "asked", "wait"),
    [
        (20429, {"Retry-After": "7"}, 7.0),
        (20429, {"Retry-After": "0"}, 1.0),
        (20429, {"Retry-After": "-inf"}, 5.0),
        (20429, {"Retry-After": "1e9"}, 3600.0),
        (20429, {"Retry-After": "nan"}, 5.0),
        (20429, {"Retry-After": "Sun, 22 Nov 2026 21:00:00 GMT"}, 5.0),
        (
            20429,
            {"Retry-After": "Sun, 22 Nov 2026 21:00:00 GMT", "Date": "Sun, 22 Nov 2026 20:58:00 GMT"},
            120.0,
        ),
        (20429, {}, 5.0),
        (21611, {}, 60.0),
    ],
)
def test_who_asks_for_less_says_for_how_long(code: int, asked: dict[str, str], wait: float) -> None:
    """Retry-After in seconds, between one and an hour; else five seconds, or a minute for a full queue."""
    assert judge("ref", refused(429, code, **asked)).retry_after_s == wait


@pytest.mark.parametrize("status", ["queued", "accepted", "sending", "sent", "scheduled", "of tomorrow"])
def test_what_twilio_took_is_accepted(status: str) -> None:
    """With Twilio's SID, also under a status that nobody knows yet."""
    receipt = judge("ref", Response(201, json.dumps({"sid": "SM1", "status": status}), {}))
    assert (receipt.outcome, receipt.provider_ref, receipt.code) == (Outcome.ACCEPTED, "SM1", status)


def test_what_failed_at_once_says_why() -> None:
    """A 201 may already hold an error."""
    said = {"sid": "SM1", "status": "failed", "error_code": 21610}
    assert judge("ref", Response(201, json.dumps(said), {})).outcome is Outcome.STOPPED


@pytest.mark.parametrize(
    "said", ["", "{", "[]", "null", '"x"', "[" * 100_000, "1" * 5_000, {}, {"sid": 1, "status": "queued"}, {"sid": "SM1"}]
)  # fmt: skip
def test_a_damaged_success_is_unknown(said: Any) -> None:
    """The message may have left: nobody can tell."""
    text = said if isinstance(said, str) else json.dumps(said)
    assert judge("ref", Response(201, text, {})).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("code", ["21211", 21211.5, -1, None, [], {}, True, "x", 10**30])
def test_a_damaged_error_marks_no_number(code: Any) -> None:
    """Except the code itself, as a number or as a text, nothing closes a number."""
    receipt = judge("ref", Response(400, json.dumps({"code": code, "message": ["?"]}), {}))
    assert receipt.outcome is (Outcome.REFUSED if code == "21211" else Outcome.RETRY)
