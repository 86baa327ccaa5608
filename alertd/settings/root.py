"""All the sections together, and what must hold between them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from alertd.settings.backup import Backup
from alertd.settings.canary import Canary
from alertd.settings.cap import CapSettings
from alertd.settings.communes import CommunesSettings
from alertd.settings.geocoder import GeocoderSettings
from alertd.settings.map import MapSettings
from alertd.settings.privacy import Privacy
from alertd.settings.providers import Gateway
from alertd.settings.quiet import QuietHours
from alertd.settings.quotas import Quotas
from alertd.settings.reminder import Reminder
from alertd.settings.retention import Retention
from alertd.settings.routes import Routes
from alertd.settings.sections import (
    Accessibility,
    Http,
    Keys,
    Limits,
    Log,
    Login,
    Node,
    Section,
    Sending,
    Store,
    Subscribers,
)
from alertd.settings.silence import Silence
from alertd.settings.silent_probe import SilentProbe
from alertd.settings.zones import Zones

SANDBOX: Final = "sandbox"
GatewayName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]


class Settings(Section):
    """Everything that an administrator decides. `Settings()` is a working demonstration on this machine."""

    http: Http = Http()
    store: Store = Store()
    keys: Keys = Keys()
    node: Node = Node()
    sending: Sending = Sending()
    silence: Silence = Silence()
    quiet: QuietHours = QuietHours()
    limits: Limits = Limits()
    zones: Zones = Zones()
    quotas: Quotas = Quotas()
    login: Login = Login()
    accessibility: Accessibility = Accessibility()
    subscribers: Subscribers = Subscribers()
    geocoder: GeocoderSettings = GeocoderSettings()
    communes: CommunesSettings = CommunesSettings()
    map: MapSettings = MapSettings()
    cap: CapSettings = CapSettings()
    retention: Retention = Retention()
    canary: Canary = Canary()
    silent_probe: SilentProbe = SilentProbe()
    reminder: Reminder = Reminder()
    privacy: Privacy = Privacy()
    backup: Backup = Backup()
    log: Log = Log()
    gateways: dict[GatewayName, Gateway] = Field(
        {}, max_length=50, description="The accounts, by the name given."
    )
    routes: Routes = Routes()

    @classmethod
    def load(cls, path: Path | None, environ: Mapping[str, str]) -> Self:
        """The settings of the file, if any, overridden by the environment; ConfigurationError says what is wrong."""
        from alertd.settings.read import load

        return load(cls, path, environ)

    def route(self, channel: str) -> tuple[str, ...]:
        """The shared gateways of a channel, the preferred one first: those of [routes], else all that serve it."""
        chosen: tuple[str, ...] = getattr(self.routes, channel)
        named = chosen or tuple(name for name, one in self.gateways.items() if channel in one.channels)
        return tuple(name for name in named if not self.gateways[name].stations)

    def own(self, channel: str) -> tuple[str, ...]:
        """The gateways of a channel that are a station's own: in the order of [routes] as far as it names them, then of the file."""
        chosen: tuple[str, ...] = getattr(self.routes, channel)
        named = [name for name, one in self.gateways.items() if one.stations and channel in one.channels]
        return tuple(sorted(named, key=lambda name: chosen.index(name) if name in chosen else len(chosen)))

    @property
    def owning(self) -> frozenset[str]:
        """The slugs of the stations that have a gateway of their own, whether there is such a station or not."""
        return frozenset(slug for gateway in self.gateways.values() for slug in gateway.stations)

    @model_validator(mode="after")
    def _routes_lead_somewhere(self) -> Self:
        for channel, names in self.routes:
            for name in names:
                self._check_route(channel, name)
        return self

    @model_validator(mode="after")
    def _own_ones_can_be(self) -> Self:
        for name, gateway in self.gateways.items():
            if reason := gateway.stations and _why_shared(gateway):
                message = f"[gateways.{name}] stations: {reason}"
                raise ValueError(message)
        return self

    def _check_route(self, channel: str, name: str) -> None:
        if name not in self.gateways:
            message = f"[routes] {channel}: there is no [gateways.{name}]"
            raise ValueError(message)
        if channel not in self.gateways[name].channels:
            message = f"[routes] {channel}: [gateways.{name}] does not serve {channel} (see its channels)"
            raise ValueError(message)


def _why_shared(gateway: Gateway) -> str:
    """Why a gateway can be no station's own; empty where it can."""
    if gateway.driver == SANDBOX:
        return "a sandbox is every training station's, and no live one's; leave stations out"
    if "push" in gateway.channels:
        return (
            "a phone that takes notifications is bound to one account, whichever stations it follows; leave push out of channels, "
            "or stations out"
        )
    return ""
