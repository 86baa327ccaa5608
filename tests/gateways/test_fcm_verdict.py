"""FCM's errors: one code says that a phone is gone, and everything else something else."""

import json
from typing import Any

import pytest
from peers import NOW_MS

from gateways.contract import Outcome, Receipt, Trouble
from gateways.fcm.verdict import judge
from gateways.http import Answer


def said(status: int, body: Any, **headers: str) -> Receipt:
    return judge("r", Answer(status, headers, json.dumps(body).encode()), NOW_MS)


def detailed(status: str, code: str) -> dict[str, Any]:
    detail = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}
    return {"error": {"status": status, "message": "test error", "details": [{"@type": "x"}, detail]}}


@pytest.mark.parametrize("number", [400, 404, 500])
@pytest.mark.parametrize(
    ("code", "outcome", "trouble"),
    [
        ("UNREGISTERED", Outcome.REFUSED, None),
        ("SENDER_ID_MISMATCH", Outcome.FAILED, None),
        ("INVALID_ARGUMENT", Outcome.FAILED, None),
        ("SOME_UNKNOWN_CODE", Outcome.FAILED, None),
        ("QUOTA_EXCEEDED", Outcome.THROTTLED, Trouble.QUOTA),
        ("UNAVAILABLE", Outcome.RETRY, Trouble.PROVIDER),
        ("INTERNAL", Outcome.RETRY, Trouble.PROVIDER),
        ("THIRD_PARTY_AUTH_ERROR", Outcome.RETRY, Trouble.CREDENTIALS),
        ("APNS_AUTH_ERROR", Outcome.RETRY, Trouble.CREDENTIALS),
    ],
)
def test_fcms_own_code_comes_before_all(
    number: int, code: str, outcome: Outcome, trouble: Trouble | None
) -> None:
    """Whatever the number and Google's word beside it say."""
    receipt = said(number, detailed("INVALID_ARGUMENT", code))
    assert (receipt.outcome, receipt.trouble) == (outcome, trouble)
    assert code in receipt.code or code == "SOME_UNKNOWN_CODE"


@pytest.mark.parametrize(
    ("number", "body", "outcome", "trouble"),
    [
        (400, {"error": {"status": "INVALID_ARGUMENT"}}, Outcome.FAILED, None),
        (404, {"error": {"status": "NOT_FOUND"}}, Outcome.RETRY, Trouble.CREDENTIALS),
        (401, {"error": {"status": "UNAUTHENTICATED"}}, Outcome.RETRY, Trouble.CREDENTIALS),
        (403, {"error": {"status": "PERMISSION_DENIED"}}, Outcome.RETRY, Trouble.CREDENTIALS),
        (429, {"error": {"status": "RESOURCE_EXHAUSTED"}}, Outcome.THROTTLED, Trouble.QUOTA),
        (500, {"error": {"status": "INTERNAL"}}, Outcome.RETRY, Trouble.PROVIDER),
        (504, {"error": {"status": "DEADLINE_EXCEEDED"}}, Outcome.UNKNOWN, Trouble.PROVIDER),
        (400, {}, Outcome.RETRY, Trouble.PROVIDER),
        (404, {}, Outcome.RETRY, Trouble.PROVIDER),
        (410, "gone", Outcome.RETRY, Trouble.PROVIDER),
        (413, None, Outcome.FAILED, None),
        (401, [], Outcome.RETRY, Trouble.CREDENTIALS),
        (403, {"error": "no"}, Outcome.RETRY, Trouble.CREDENTIALS),
        (429, {"error": {"details": {"a": 1}}}, Outcome.THROTTLED, Trouble.QUOTA),
        (502, {}, Outcome.UNKNOWN, Trouble.PROVIDER),
        (503, {"error": {"details": [None, {"@type": 7}]}}, Outcome.RETRY, Trouble.PROVIDER),
        (200, {}, Outcome.UNKNOWN, Trouble.PROVIDER),
        (200, {"name": 7}, Outcome.UNKNOWN, Trouble.PROVIDER),
    ],
)
def test_without_a_code_no_phone_is_dead(
    number: int, body: Any, outcome: Outcome, trouble: Trouble | None
) -> None:
    """Google's word decides, then the number; a proxy's 404 says nothing of a phone."""
    receipt = said(number, body)
    assert (receipt.outcome, receipt.trouble) == (outcome, trouble)
    assert receipt.code


@pytest.mark.parametrize(
    ("told", "seconds"), [("7", 7.0), ("Thu, 01 Jan 2026 00:02:00 GMT", 120.0), ("", 60.0), ("9" * 400, 3600.0)]
)  # fmt: skip
def test_fcm_is_left_alone_as_long_as_it_asks(told: str, seconds: float) -> None:
    """Seconds or a date; a minute where it does not say."""
    receipt = said(429, detailed("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"), **{"Retry-After": told})
    assert receipt.retry_after_s == seconds


def test_a_token_that_never_was_one_is_dead() -> None:
    """FCM's own sentence beside its own code; a payload that is wrong, or the sentence beside another code, kills nobody."""
    sentence = "The registration token is not a valid FCM registration token"
    token = detailed("INVALID_ARGUMENT", "INVALID_ARGUMENT")
    token["error"]["message"] = sentence
    payload = {"error": {"status": "INVALID_ARGUMENT", "message": sentence, "details": []}}
    other = detailed("INVALID_ARGUMENT", "INVALID_ARGUMENT")
    got = [said(400, body).outcome for body in (token, payload, other)]
    assert got == [Outcome.REFUSED, Outcome.FAILED, Outcome.FAILED]


@pytest.mark.parametrize(
    ("delay", "seconds"), [("90s", 90.0), ("3.5s", 4.0), ("soon", 60.0), ("-5s", 60.0), (7, 60.0), ("99999999s", 3600.0)]
)  # fmt: skip
def test_a_retry_info_says_how_long(delay: Any, seconds: float) -> None:
    """Google's way to ask for patience within the body, where no header does."""
    body = detailed("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")
    body["error"]["details"].append(
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}
    )
    assert said(429, body).retry_after_s == seconds
    assert said(429, body, **{"Retry-After": "7"}).retry_after_s == 7.0


def test_one_phone_s_quota_slows_nobody_else() -> None:
    """A phone that gets more than FCM lets it is tried again by itself; the project's quota is everybody's."""
    failure = {"@type": "type.googleapis.com/google.rpc.QuotaFailure"}
    body = detailed("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")
    for subject, expected in (
        ("device:abc", (Outcome.RETRY, None)),
        ("project:7", (Outcome.THROTTLED, Trouble.QUOTA)),
    ):
        body["error"]["details"].append(
            failure | {"violations": [{"subject": subject, "description": "rate"}]}
        )
        receipt = said(429, body)
        assert (receipt.outcome, receipt.trouble) == expected
        body["error"]["details"].pop()


def test_a_service_that_is_away_says_until_when() -> None:
    """503 with Retry-After: the message is tried again then, and not before."""
    receipt = said(503, detailed("UNAVAILABLE", "UNAVAILABLE"), **{"Retry-After": "30"})
    assert (receipt.outcome, receipt.retry_after_s) == (Outcome.RETRY, 30.0)
    assert said(503, detailed("UNAVAILABLE", "UNAVAILABLE")).retry_after_s is None
