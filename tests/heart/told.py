"""What a person was told last."""

from heart.town import mailbox, phone


async def said(town, number=1):
    """The last word to a person, by SMS and by mail."""
    return town.provider.to(phone(number))[-1], town.provider.to(mailbox(number))[-1]
