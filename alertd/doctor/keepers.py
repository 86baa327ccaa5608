"""Whom the watch would tell, by what, and whether anything proves that an alert arrives."""

from typing import Final

from alertd.doctor.finding import Findings, advice, fine, wrong
from alertd.model import Channel
from alertd.settings import Settings
from alertd.store import Database

MOST: Final = 50
WORDS: Final = {"sms": "SMS", "push": "notifications", "email": "e-mail", "voice": "calls"}
GIVE: Final = "alertd operator contact LOGIN --email ADDRESS --sms NUMBER"


async def told(settings: Settings, db: Database | None) -> Findings:
    """Whether an alarm of this instance reaches those who keep it, also where the way to them is what fails."""
    if db is None:
        return
    given = {Channel(row["channel"]).word for row in await db.fetch("alarms.contacts", MOST)}
    open_ = sorted(WORDS[word] for word in given if word in WORDS and settings.route(word))
    if not given:
        yield wrong("alarms", f"Nobody is told when something breaks: {GIVE}, on two channels.")
    elif not open_:
        yield wrong(
            "alarms",
            f"Whoever keeps this instance gave addresses on a channel that no gateway serves ({', '.join(sorted(given))}): nobody is "
            f"told when something breaks. {GIVE}, or set up a gateway.",
        )
    elif len(open_) == 1:
        yield advice(
            "alarms",
            f"Alarms reach those who keep this instance by {open_[0]} alone: its own failure is told to nobody. {GIVE}.",
        )
    else:
        yield fine("alarms", f"Alarms reach those who keep this instance by {' and '.join(open_)}.")


async def proven(db: Database | None) -> Findings:
    """Whether test alerts fly."""
    if db is None:
        return
    if any(row["state"] == 1 for row in await db.fetch("canary.ways")):
        yield fine("canary", "Test alerts fly: what does not arrive is told.")
    else:
        yield advice(
            "canary",
            "Nothing proves that an alert would arrive: alertd canary add, with an address of yours, sends a test every few minutes.",
        )
