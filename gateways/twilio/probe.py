"""Whether an account at Twilio would take a message, or a call, now, and its credit; what a broken line says of one."""

from twilio.http.response import Response

from gateways.contract import Credit, Outcome, Receipt, Trouble
from gateways.http import Lost, Unsent
from gateways.orders import unsent
from gateways.twilio.options import Account
from gateways.twilio.verdict import judge, read
from gateways.twilio.wire import Wire


async def probe(account: Account, wire: Wire) -> Receipt:
    """Ask for the account's status, and its credit. With an API key, which may read neither, for the newest message instead."""
    try:
        if account.by_key:
            return _sign_of_life(await wire.get(f"{account.messages}?PageSize=1"))
        standing = _standing(await wire.get(account.status))
        return standing._replace(credit=await _credit(account, wire))
    except Unsent as error:
        return unsent("", error)
    except Lost as error:
        return Receipt("", Outcome.RETRY, "torn", str(error)[:300], trouble=Trouble.CONNECTION)


async def _credit(account: Account, wire: Wire) -> Credit | None:
    """None where Twilio does not tell: the probe stands without it."""
    try:
        return _left(await wire.get(account.balance))
    except (Unsent, Lost):
        return None


def _sign_of_life(response: Response) -> Receipt:
    if response.status_code == 200 and "messages" in read(response.text):
        return Receipt("", Outcome.ACCEPTED, code="200")
    return _unwell(response)


def _standing(response: Response) -> Receipt:
    """The balance decides nothing: an invoiced account lives below zero, and Twilio suspends a prepaid one that is empty."""
    status = str(read(response.text).get("status", "")) if response.status_code == 200 else ""
    if status == "active":
        return Receipt("", Outcome.ACCEPTED, code=status)
    if status in {"suspended", "closed"}:
        return Receipt("", Outcome.RETRY, code=status, trouble=Trouble.CREDIT)
    return _unwell(response)


def _left(response: Response) -> Credit | None:
    """The money of a prepaid account. One below zero is invoiced, and has no credit to run out of."""
    said = read(response.text) if response.status_code == 200 else {}
    try:
        left = float(str(said.get("balance")))
    except ValueError:
        return None
    unit = str(said.get("currency", ""))
    named = len(unit) == 3 and unit.isascii() and unit.isalpha()
    return Credit(left, unit.upper()) if named and 0 <= left < float("inf") else None


def _unwell(response: Response) -> Receipt:
    """What `judge` says of a refusal, as a probe: never unknown, since nothing was ordered."""
    if response.status_code == 200:
        return Receipt("", Outcome.RETRY, code="unreadable", trouble=Trouble.PROVIDER)
    receipt = judge("", response)
    return Receipt(
        "",
        Outcome.RETRY,
        code=receipt.code,
        detail=receipt.detail,
        trouble=receipt.trouble or Trouble.PROVIDER,
    )
