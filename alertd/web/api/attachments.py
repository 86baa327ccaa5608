"""Pictures and PDFs over the API: a file is brought as it is, and named by its digest in the alerts that show it."""

from typing import Final

from alertd.issue import attachments
from alertd.publish.kinds import PDF, PICTURES
from alertd.web.api import documents
from alertd.web.api.answers import AttachmentAnswer
from alertd.web.api.table import Call, Reply

KINDS: Final = (*PICTURES.values(), PDF)


async def add(call: Call) -> Reply:
    """Keep a file for the key's station; what it is, its first bytes say.

    :raises WrongType: `wrong_content_type`.
    """
    station = await call.station()
    if call.request.content_type not in KINDS:
        raise documents.WrongType(
            "wrong_content_type", f"Send one of {', '.join(KINDS)}, as the body itself."
        )
    done = await attachments.bring(call.desk, call.actor, station, await documents.body(call.request))
    answer = AttachmentAnswer(
        digest=done.digest, type=done.kind, bytes=done.size, width=done.width, height=done.height
    )
    return Reply(answer, 200 if done.again else 201)
