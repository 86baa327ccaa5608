"""From a wish to an event: drafts, preview, guards, release.

save_draft   the only mutable form
preview      the truth before sending; kept as a row whose random id, the digest, releases it once
release      one transaction: event, cover, filters as of now, audit; nothing is sent here
end, cancel  an update that ends the thread, and the correction of a false alert
reading      what became of it: threads, books, deliveries
"""

from alertd.issue.desk import Desk
from alertd.issue.drafting import save_draft
from alertd.issue.preview import Preview, preview, shown
from alertd.issue.release import Released, cancel, end, release

__all__ = ["Desk", "Preview", "Released", "cancel", "end", "preview", "release", "save_draft", "shown"]
