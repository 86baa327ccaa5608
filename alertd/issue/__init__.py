"""From a wish to an event: drafts, preview, guards, release.

the wish     desk, drafting, check, locked, attachments, coach: written, kept, and whether it can be sent at all
the truth    preview, outcome, estimate, audience, packed, tongues, costs, coverage, hushed, delays, across, lately:
             before sending, kept as a row whose random id, the digest, releases it once
the guard    guards, countdown, undo, approval, waiting, unanswered: one table of what may become of an alert, and who may
the release  release, write, joined, threads: one transaction makes event, cover, filters as of now, audit; nothing is sent here
colleagues   colleagues, relays, relaying: who is told, and whom a station asks to send on
afterwards   reading, reached, ledger, usage, exercises, retention: what became of it, never with an address
"""

from alertd.issue.desk import Desk
from alertd.issue.drafting import save_draft
from alertd.issue.preview import Preview, preview, shown
from alertd.issue.release import Released, cancel, end, release

__all__ = ["Desk", "Preview", "Released", "cancel", "end", "preview", "release", "save_draft", "shown"]
