"""The declaration of accessibility that French law asks of every mairie (RGAA 4.1; decree 2019-768, article 4).

Without an audit by people the law has one word for a site, whatever machines have found: not conforming. So it is said, and
what is checked by machine is told beside it. https://accessibilite.numerique.gouv.fr/obligations/declaration-accessibilite/
"""

from datetime import date
from urllib.parse import urlsplit

from aiohttp import web
from babel.dates import format_date

from alertd.settings import Settings
from alertd.web.contracts import Frame
from alertd.web.contracts.login import AccessibilityPage
from alertd.web.rooms import ROOMS
from alertd.web.show import show

TITLE = "Déclaration d'accessibilité"


async def declaration(request: web.Request) -> web.StreamResponse:
    """The same for everyone, logged in or not."""
    return show(_page(request.app[ROOMS].settings))


def status(percent: int | None) -> str:
    """What the law calls a site of which so many of a hundred criteria are met; None: nobody counted."""
    if percent is None or percent < 50:
        return "non conforme"
    return "totalement conforme" if percent == 100 else "partiellement conforme"


def _page(settings: Settings) -> AccessibilityPage:
    said, url = settings.accessibility, settings.http.public_url
    return AccessibilityPage(
        frame=Frame(TITLE),
        organisation=said.organisation or urlsplit(url).netloc,
        url=url,
        status=status(said.audit_percent),
        percent=said.audit_percent,
        audited=format_date(date.fromisoformat(said.audited_on), "d MMMM y", "fr") if said.audited_on else "",
        limits=said.limits,
        contact=said.contact,
    )
