"""The tables of alertd.toml about gateways: one account at one provider each, and the senders that it speaks as."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from alertd.settings.masks import masked
from alertd.settings.once import each_once
from alertd.settings.sections import Channel, Price, Section

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,60}$")]


class Sender(Section):
    """A number or name that a gateway speaks as, with its own pace and price."""

    name: str = Field(
        min_length=1,
        max_length=254,
        description="Number, name of 3 to 11 letters or digits, or e-mail address.",
    )
    rate: float | None = Field(
        None,
        gt=0,
        le=100_000,
        description="Units a second that the provider allows; left out means unlimited.",
    )
    burst: int = Field(1, ge=1, le=100_000, description="Units that may leave at once after a pause.")
    unit: Literal["message", "segment"] = Field("message", description="What the rate and the price count.")
    reserved: Literal["danger"] | None = Field(
        None,
        description="danger: nothing else leaves by it, so that no mailing stands before an emergency. "
        "Left out, it is for everything.",
    )
    price: Price = Field(0.0, description="Euros for one unit, to prefixes that tariffs does not name.")
    tariffs: dict[Annotated[str, Field(pattern=r"^\+[0-9]{1,10}$")], Price] = Field(
        {},
        max_length=300,
        description="Euros for one unit by prefix, the longest that fits: { '+262' = 0.09 }.",
    )

    def price_to(self, address: str) -> float:
        """Euros for one unit to `address`: the tariff of its longest known prefix, else `price`."""
        prefixes = [prefix for prefix in self.tariffs if address.startswith(prefix)]
        return self.tariffs[max(prefixes, key=len)] if prefixes else self.price


class Gateway(Section):
    """One account at one provider, for one channel or more."""

    driver: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,31}$", description="Which file of gateways/ speaks to the provider."
    )
    channels: tuple[Channel, ...] = Field(min_length=1, max_length=5, description="The channels it serves.")
    options: dict[str, Any] = Field(
        {}, max_length=50, description="What the driver itself asks for: base_url, account, password."
    )
    credit_low: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        description="Credit, in the provider's unit, below which operators are told; left out: they are not.",
    )
    stations: tuple[Slug, ...] = Field(
        (),
        max_length=500,
        description="The stations whose own it is, by their slugs, as in /s/SLUG; it then speaks for these and those under "
        "them, and for nobody else. Left out: shared by all.",
    )
    senders: tuple[Sender, ...] = Field((), max_length=50, description="The numbers or names it speaks as.")

    @field_validator("stations")
    @classmethod
    def _each_station_once(cls, stations: tuple[str, ...]) -> tuple[str, ...]:
        """A name that is there twice was meant to be another."""
        each_once(stations, "name each station once")
        return stations

    @field_validator("senders")
    @classmethod
    def _each_sender_once(cls, senders: tuple[Sender, ...]) -> tuple[Sender, ...]:
        """Two of one name would be one row of the store, with two rates."""
        each_once([sender.name for sender in senders], "keep one block for each sender")
        return senders

    def __repr_args__(self) -> Any:
        """The arguments of repr, secrets masked."""
        yield "driver", self.driver
        yield "channels", self.channels
        yield "options", masked(self.options)
        yield "senders", self.senders
        yield "credit_low", self.credit_low
        yield "stations", self.stations
