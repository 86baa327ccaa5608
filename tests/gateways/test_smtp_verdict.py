"""What a mail server's answers mean: only a word of the table marks an address dead."""

import pytest

from gateways.contract import Outcome, Trouble
from gateways.smtp.verdict import Answer, Stage, judge


@pytest.mark.parametrize(
    ("stage", "code", "text", "outcome", "trouble"),
    [
        (Stage.PAYLOAD, 250, "2.0.0 Ok: queued as 4WX", Outcome.ACCEPTED, None),
        (Stage.RECIPIENT, 550, "5.1.1 User unknown", Outcome.REFUSED, None),
        (Stage.RECIPIENT, 550, "5.1.10 Null MX", Outcome.REFUSED, None),
        (Stage.RECIPIENT, 553, "5.1.3 Bad address syntax", Outcome.REFUSED, None),
        (Stage.RECIPIENT, 551, "5.1.6 Moved", Outcome.REFUSED, None),
        (Stage.RECIPIENT, 550, "No such user here", Outcome.REFUSED, None),
        (Stage.RECIPIENT, 550, "Mailbox does not exist", Outcome.REFUSED, None),
        (Stage.RECIPIENT, 550, "Cet utilisateur n'existe pas", Outcome.REFUSED, None),
        (Stage.RECIPIENT, 550, "5.4.1 Recipient address rejected: Access denied", Outcome.REFUSED, None),
        (Stage.RECIPIENT, 550, "5.1.1 User's mailbox is over quota", Outcome.FAILED, None),
        (Stage.RECIPIENT, 550, "5.1.1 Blocked by policy", Outcome.FAILED, None),
        (Stage.RECIPIENT, 550, "Requested action not taken", Outcome.FAILED, None),
        (Stage.RECIPIENT, 550, "5.1.2 Domain not found", Outcome.FAILED, None),
        (Stage.RECIPIENT, 550, "5.1.11 Another word", Outcome.FAILED, None),
        (Stage.RECIPIENT, 550, "5.7.1 Unknown user or relaying denied", Outcome.FAILED, None),
        (Stage.RECIPIENT, 552, "5.2.2 Mailbox full", Outcome.FAILED, None),
        (Stage.RECIPIENT, 554, "No such user", Outcome.FAILED, None),
        (Stage.PAYLOAD, 550, "5.1.1 User unknown", Outcome.FAILED, None),
        (Stage.PAYLOAD, 554, "5.6.0 Content rejected", Outcome.FAILED, None),
        (Stage.RECIPIENT, 450, "4.2.1 Greylisted", Outcome.RETRY, None),
        (Stage.RECIPIENT, 452, "4.2.2 Mailbox quota: limit exceeded", Outcome.RETRY, None),
        (Stage.RECIPIENT, 450, "4.7.1 Too many messages", Outcome.THROTTLED, Trouble.QUOTA),
        (Stage.GREETING, 421, "Too many connections", Outcome.THROTTLED, Trouble.QUOTA),
        (Stage.GREETING, 554, "No SMTP service here", Outcome.RETRY, Trouble.PROVIDER),
        (Stage.SENDER, 530, "5.7.0 Authentication required", Outcome.RETRY, Trouble.CREDENTIALS),
        (Stage.SENDER, 553, "5.1.8 Sender domain unknown", Outcome.RETRY, Trouble.SENDER),
        (Stage.SENDER, 552, "5.3.4 Message too large", Outcome.FAILED, None),
        (Stage.RECIPIENT, 553, "5.7.1 <a@x>: Sender address rejected: not owned by user mairie", Outcome.RETRY, Trouble.SENDER),
        (Stage.PAYLOAD, 550, "5.7.60 SMTP; Client does not have permissions to send as this sender", Outcome.RETRY, Trouble.SENDER),
        (Stage.PAYLOAD, 554, "Message rejected: Email address is not verified.", Outcome.RETRY, Trouble.SENDER),
        (Stage.RECIPIENT, 550, "5.1.1 <sender@x>: user unknown", Outcome.REFUSED, None),
        (Stage.SENDER, 550, "5.7.0 Your account is suspended", Outcome.RETRY, Trouble.CREDIT),
        (Stage.RECIPIENT, 550, "5.2.1 The account is suspended", Outcome.FAILED, None),
        (Stage.PAYLOAD, 554, "5.7.1 Insufficient credits", Outcome.RETRY, Trouble.CREDIT),
        (Stage.SENDER, 452, "4.5.3 No credit left", Outcome.RETRY, Trouble.CREDIT),
        (Stage.PAYLOAD, 550, "5.4.5 Daily user sending limit exceeded", Outcome.THROTTLED, Trouble.QUOTA),
        (Stage.RECIPIENT, 552, "5.2.2 Mailbox quota exceeded", Outcome.FAILED, None),
        (Stage.START, 250, "What?", Outcome.RETRY, Trouble.PROVIDER),
    ],
)  # fmt: skip
def test_only_a_word_of_the_table_marks_an_address_dead(
    stage: Stage, code: int, text: str, outcome: Outcome, trouble: Trouble | None
) -> None:
    """An answer is judged by where it came, its code and its enhanced code; policy and doubt kill no address."""
    receipt = judge("ref", Answer(stage, code, text))
    assert (receipt.outcome, receipt.trouble) == (outcome, trouble)
    assert receipt.code.startswith(str(code))
    assert (receipt.retry_after_s is not None) is (outcome is Outcome.THROTTLED)
