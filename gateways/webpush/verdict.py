"""What a push service's answer means for one message (RFC 8030, and what the services document)."""

import re
from typing import Final

from gateways.contract import Outcome, Receipt, Trouble
from gateways.patience import patience_s

_REFUSALS: Final[dict[int, tuple[Outcome, Trouble | None]]] = {
    404: (Outcome.REFUSED, None),  # RFC 8030, section 7.3: the subscription is not there any more
    410: (Outcome.REFUSED, None),
    401: (Outcome.RETRY, Trouble.CREDENTIALS),
    403: (Outcome.RETRY, Trouble.CREDENTIALS),
    429: (Outcome.THROTTLED, Trouble.QUOTA),
    406: (
        Outcome.THROTTLED,
        Trouble.QUOTA,
    ),  # Microsoft's own word for 429; nobody else has a use for it here
    408: (Outcome.RETRY, None),
    425: (Outcome.RETRY, None),
}
"""Any other 4xx is about this message (413: too large), and says nothing of the subscription."""

_OTHER_KEY: Final = re.compile(
    r"do(?:es)? not correspond to|vapidpkhashmismatch|public key mismatch|unauthorizedregistration",
    re.IGNORECASE,
)
"""This subscription was made for another key than ours: in Google's words (403, once 400), Apple's (400), Mozilla's (401)."""


def judge(
    reference: str,
    status: int,
    body: str,
    *,
    location: str = "",
    retry_after: str = "",
    now_ms: int = 0,
    believed: bool = False,
) -> Receipt:
    """Turn an answer into the receipt. Any answer but 2xx says that the message was not taken, so none is `unknown`.

    `believed`: the service took another message of ours by the same key. Then one that was made for another key is that
    subscription's own fault, such as a stranger can bring any number of; else our key may be the wrong one for all.
    """
    outcome, trouble = _outcome(status)
    if status in {400, 401, 403} and _OTHER_KEY.search(body):
        outcome, trouble = (Outcome.FAILED, None) if believed else _REFUSALS[403]
    return Receipt(
        reference,
        outcome,
        code=str(status),
        detail=body[:300],
        provider_ref=location[:200] if outcome is Outcome.ACCEPTED else "",
        retry_after_s=patience_s(outcome, retry_after, now_ms),
        trouble=trouble,
    )


def _outcome(status: int) -> tuple[Outcome, Trouble | None]:
    if 200 <= status < 300:
        return Outcome.ACCEPTED, None
    if 400 <= status < 500:
        return _REFUSALS.get(status, (Outcome.FAILED, None))
    return Outcome.RETRY, Trouble.PROVIDER  # 5xx; or a redirection, which is followed for nobody
