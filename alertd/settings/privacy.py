"""[privacy]: who answers for people's data, as the papers that the law asks for must say."""

from typing import Annotated

from pydantic import Field

from alertd.settings.sections import Section

Said = Annotated[str, Field(min_length=1, max_length=300)]


class Privacy(Section):
    """Names and addresses that no program can know; what is left out is marked "à compléter" in the papers."""

    contact: str = Field(
        "",
        max_length=300,
        description="Whom people write to about their data: a mailbox, a postal address. Empty: the station, by its telephone where it "
        "has one.",
    )
    officer: str = Field(
        "",
        max_length=300,
        description="The data protection officer (DPD): name or body, and how to reach them.",
    )
    host: str = Field(
        "",
        max_length=300,
        description="Who runs this machine for the stations, where they do not themselves: name, address, country. A host is a "
        "processor (article 28): alertd privacy sous-traitance writes the contract's annex.",
    )
    storage: str = Field(
        "", max_length=300, description="Where the machine and its backups stand: town, country."
    )
    processors: dict[str, Said] = Field(
        {},
        max_length=50,
        description="Who stands behind a gateway, by the gateway's name: name, address, country. Needed for relays of e-mail and "
        "operators' lines, which no driver knows; overrides what is known of the others.",
    )
