"""[communes]: the national register, asked for a commune's outline when its station is made."""

from pydantic import Field

from alertd.settings.geocoder import ADDRESS
from alertd.settings.sections import Section


class CommunesSettings(Section):
    """Asked by `alertd init` and `alertd station add` alone, for the commune of a code and nothing else."""

    base_url: str = Field(
        "https://geo.api.gouv.fr",
        pattern=ADDRESS,
        description="The State's service that tells a commune's outline and where its mairie is (/communes/55073). `alertd init` and "
        "`alertd station add` ask it for the code they were given, when no outline was; empty: none is asked.",
    )
    timeout_s: float = Field(
        10.0,
        gt=0,
        le=60,
        description="Seconds it has to answer; then the station is made without an outline.",
    )
