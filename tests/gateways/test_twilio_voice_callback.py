"""Twilio's calls about calls: what became of one, what one asks for, and which are believed."""

import pytest
from twilio_calls import CALL, FORM, HOME, KEY, NOTHING, URL, call, gateway, read

from gateways.contract import Callback, Outcome, Question


@pytest.mark.parametrize(
    ("said", "outcome", "code"),
    [
        ({"CallStatus": "initiated"}, Outcome.ACCEPTED, "initiated"),
        ({"CallStatus": "in-progress"}, Outcome.ACCEPTED, "in-progress"),
        ({"CallStatus": "completed"}, Outcome.DELIVERED, "completed"),
        ({"CallStatus": "completed", "AnsweredBy": "machine_end_beep"}, Outcome.DELIVERED, "completed"),
        ({"CallStatus": "completed", "AnsweredBy": "fax"}, Outcome.FAILED, "fax"),
        ({"CallStatus": "busy"}, Outcome.RETRY, "busy"),
        ({"CallStatus": "no-answer"}, Outcome.RETRY, "no-answer"),
        ({"CallStatus": "canceled"}, Outcome.FAILED, "canceled"),
        ({"CallStatus": "failed"}, Outcome.FAILED, "failed"),
        ({"CallStatus": "failed", "SipResponseCode": "404"}, Outcome.FAILED, "404"),
        ({"CallStatus": "failed", "SipResponseCode": "410"}, Outcome.REFUSED, "410"),
        ({"CallStatus": "failed", "SipResponseCode": "503"}, Outcome.RETRY, "503"),
        ({"CallStatus": "of tomorrow"}, Outcome.UNKNOWN, "of tomorrow"),
    ],
)
def test_a_status_is_a_receipt(said: dict[str, str], outcome: Outcome, code: str) -> None:
    """Whoever picked up has it, who did not is called again, and only a number that is gone is dead."""
    (receipt,) = read(said)
    assert (receipt.reference, receipt.outcome, receipt.code) == (KEY, outcome, code)
    assert receipt.provider_ref == CALL


def test_a_pressed_key_is_a_question() -> None:
    """With whose call it is, the key, and what the last words were given; what is no key is none."""
    url = f"{URL}?place=2&locale=de"
    assert read({"Digits": "1", "CallStatus": "in-progress"}, url) == [
        Question(reference=KEY, key="1", place="2", locale="de", provider_ref=CALL)
    ]
    assert read({"Digits": "12"}, url)[0].key == ""
    assert read({}, url)[0].key == ""


def test_a_machine_is_told_anew_and_a_person_is_left_alone() -> None:
    """Twilio has found out who picked up."""
    url = f"{URL}?amd=1&locale=fr"
    expected = Question(reference=KEY, locale="fr", machine=True, provider_ref=CALL)
    assert read({"AnsweredBy": "machine_end_beep"}, url) == [expected]
    assert read({"AnsweredBy": "human"}, url) == NOTHING
    assert read({"AnsweredBy": "unknown"}, url) == NOTHING


@pytest.mark.parametrize(
    ("shown", "caller"),
    [
        ("+33639980001", "+33639980001"),
        ("anonymous", ""),
        ("+266696687", ""),
        ("sip:someone@example.org", ""),
        ("+٣٣٦٣٩٩٨", ""),
    ],
)
def test_a_call_to_us_asks_with_the_number_that_is_shown(shown: str, caller: str) -> None:
    """None where it is withheld, or no number; whose it is, is for others to doubt."""
    said = {"Direction": "inbound", "CallStatus": "ringing", "From": shown}
    for url in (f"{HOME}/rappels/voix", f"{HOME}/rappels/voix/"):
        assert read(said, url) == [Question(caller=caller, provider_ref=CALL)]
    pressed = read(said | {"Digits": "9"}, f"{HOME}/rappels/voix/?place=1&locale=fr")
    assert pressed == [Question(caller=caller, key="9", place="1", locale="fr", provider_ref=CALL)]


def test_the_end_of_a_call_to_us_asks_nothing() -> None:
    """Nor does a status of a call that is none of ours."""
    url = f"{HOME}/rappels/voix"
    assert read({"Direction": "inbound", "CallStatus": "completed"}, url) == NOTHING
    assert read({"Direction": "inbound", "CallStatus": "ringing", "CallbackSource": "x"}, url) == NOTHING
    assert read({"Direction": "outbound-api", "CallStatus": "in-progress"}, url) == NOTHING


@pytest.mark.parametrize("url", [URL, f"{URL}?place=1&locale=fr", f"{URL}?amd=1", f"{HOME}/rappels/voix"])
def test_a_forged_call_gives_nothing(url: str) -> None:
    """Another token, another place than was signed, another account, or no signature at all."""
    said = {"CallStatus": "in-progress", "Digits": "1", "Direction": "inbound", "From": "+33639980001"}
    made = gateway()
    good = call(said, url)
    elsewhere = Callback(
        "POST", url + "&place=9" if "?" in url else url + "?place=9", good.headers, good.body
    )
    unsigned = Callback("POST", url, {"content-type": FORM}, good.body)
    forged = [
        call(said, url, token="guess"),
        call(said | {"AccountSid": "AC" + "1" * 32}, url),
        elsewhere,
        unsigned,
    ]
    assert [list(made.read_callback(each)) for each in forged] == [[]] * 4
