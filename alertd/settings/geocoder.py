"""[geocoder]: a national address service asked where the station's own list has nothing."""

from typing import Final

from pydantic import Field

from alertd.settings.sections import Section

ADDRESS: Final = r"^(https://[^/\s?#@]+(/[^\s?#]*[^\s?#/])?|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/[^\s?#]*[^\s?#/])?|)$"


class GeocoderSettings(Section):
    """Off unless a base_url is given: then what an operator searches leaves this machine, nothing else does."""

    base_url: str = Field(
        "",
        pattern=ADDRESS,
        description="A service that speaks as the State's does (/search?q=...): https://data.geopf.fr/geocodage. It is asked when an "
        "operator taps « Chercher » and the station's own list has little. https, without a slash at the end; empty: none is asked.",
    )
    timeout_s: float = Field(
        3.0, gt=0, le=10, description="Seconds it has to answer; then the own list alone is shown."
    )
