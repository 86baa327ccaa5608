"""One frozen model per section of alertd.toml. Each field's description is the sentence its reader needs."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from alertd.settings.masks import masked, masked_url
from alertd.settings.once import each_once

Channel = Literal["sms", "push", "email", "voice", "display"]
Price = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]

LONGEST_LEASE_S: Final = 300
"""The most that any node may set: what is held for longer was not given by the clock that holds now."""


class Section(BaseModel):
    """What the sections share: nothing changes after start, and a misspelt key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _network(text: str) -> str:
    ip_network(text)
    return text


class Http(Section):
    """The HTTP server."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface.")
    port: int = Field(8080, ge=0, le=65535, description="TCP port; 0 takes a free one.")
    public_url: str = Field(
        "http://127.0.0.1:8080",
        pattern=r"^https?://[^/\s?#]+$",
        description="What residents type to come here, without a slash at the end; goes into every link sent. "
        "Left out, it is this machine at host and port.",
    )
    trusted_proxies: tuple[Annotated[str, AfterValidator(_network)], ...] = Field(
        (),
        max_length=32,
        description="Addresses or networks (CIDR) of the reverse proxies whose X-Forwarded-* headers are believed.",
    )
    metrics_from: tuple[Annotated[str, AfterValidator(_network)], ...] = Field(
        ("127.0.0.0/8", "::1/128"),
        max_length=32,
        description="Addresses or networks (CIDR) that may read /metrics; for others it is not there.",
    )
    max_body_bytes: int = Field(
        1_048_576,
        ge=65_536,
        le=67_108_864,
        description="Largest request body, in bytes; a longer one gets 413.",
    )

    @model_validator(mode="after")
    def _found_at_host_and_port(self) -> Self:
        """Links that lead here, also on another port, until somebody says what residents type."""
        if "public_url" not in self.model_fields_set:
            everywhere = self.host in {"0.0.0.0", "::"}  # noqa: S104 - not listened on: put into links
            host = "127.0.0.1" if everywhere else self.host
            object.__setattr__(self, "public_url", f"http://{host}:{self.port}")
        return self


class Store(Section):
    """The database."""

    url: str = Field(
        "sqlite:var/alertd.db",
        pattern=r"^(sqlite:.+|postgres(ql)?://.+)$",
        description="sqlite:PATH for one node, postgresql://USER@HOST/NAME for several.",
    )
    readers: int = Field(
        2, ge=1, le=32, description="Connections that only read, beside the one that writes."
    )

    def __repr_args__(self) -> Any:
        """The arguments of repr, without the password that a PostgreSQL URL may hold."""
        yield "url", masked_url(self.url)
        yield "readers", self.readers


class Keys(Section):
    """Where the one secret is; every key is derived from it."""

    secret_file: Path = Field(
        Path("var/secret.key"),
        description="File of the instance's secret, readable by alertd alone and kept outside the database.",
    )


class Node(Section):
    """This process among those that share the database."""

    name: str = Field(
        "",
        pattern=r"^[A-Za-z0-9._-]{0,64}$",
        description="Unique among the nodes of one database; empty takes the host's name.",
    )


class Sending(Section):
    """How deliveries are claimed, tried and tried again."""

    slice: int = Field(400, ge=1, le=5000, description="Deliveries marked as being sent at once, per sender.")
    send_timeout_s: float = Field(10.0, gt=0, le=120, description="Seconds a provider has to answer.")
    lease_s: float = Field(
        30,
        gt=0,
        le=LONGEST_LEASE_S,
        description="Seconds after which what a dead node held is taken over; over send_timeout_s.",
    )
    retry_base_s: float = Field(
        1, gt=0, le=60, description="Seconds before the first retry; doubled each time."
    )
    retry_cap_s: float = Field(
        120, gt=0, le=3600, description="Longest wait between two retries, in seconds."
    )
    resend_unknown_danger_s: float = Field(
        20,
        ge=1,
        le=600,
        description="Seconds after which a danger without an answer is sent once more, and a warning by another channel.",
    )
    poll_s: float = Field(
        1, gt=0, le=60, description="Seconds between two looks at the database when no bell rings."
    )

    @model_validator(mode="after")
    def _lease_outlives_a_send(self) -> Self:
        if self.lease_s <= self.send_timeout_s:
            message = "lease_s must be longer than send_timeout_s, or two nodes could send the same message"
            raise ValueError(message)
        return self


class Delays(Section):
    """How long SMS and voice wait for the phones of those who also get a notification."""

    sms_after_s: int | None = Field(
        None,
        ge=1,
        le=86_400,
        description="Seconds before the SMS of those whose phone stays silent; left out: at once.",
    )
    voice_after_s: int | None = Field(
        None,
        ge=1,
        le=86_400,
        description="Seconds before the call of those whose phone stays silent; left out: at once.",
    )


class Silence(Section):
    """The silence policy of stations that have none of their own."""

    warning: Delays = Delays()
    info: Delays = Delays()

    @model_validator(mode="before")
    @classmethod
    def _danger_never_waits(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and "danger" in raw:
            message = (
                "danger never waits: it goes to every endpoint at once. Only warning and info can be delayed"
            )
            raise ValueError(message)
        return raw


class Limits(Section):
    """The bounds that authors, visitors and programs meet."""

    preview_minutes: int = Field(
        15, ge=1, le=120, description="Minutes during which a preview can be released."
    )
    people_drift_percent: int = Field(
        10,
        ge=0,
        le=100,
        description="Change in the number of people, in percent, from which a new preview is asked.",
    )
    station_distance_km: int = Field(
        20, ge=1, le=1000, description="Farthest a drawn zone may lie from its station, in kilometres."
    )
    headline_chars: int = Field(120, ge=20, le=500, description="Longest headline, in characters.")
    body_chars: int = Field(2000, ge=100, le=20_000, description="Longest body, in characters.")
    instruction_chars: int = Field(500, ge=50, le=5000, description="Longest instruction, in characters.")
    languages: int = Field(10, ge=1, le=40, description="Most languages in one alert.")
    api_requests_per_minute: int = Field(
        1200, ge=1, le=60_000, description="Requests a minute for one API key."
    )
    exact_previews_per_hour: int = Field(
        600,
        ge=1,
        le=3600,
        description="Confirmation previews an hour for one operator: only they count exactly.",
    )


class Subscribers(Section):
    """Who may be enrolled."""

    fiction_numbers: bool = Field(
        False,
        description="Accept numbers that belong to nobody (06 39 98 ...), for tests; training stations always do.",
    )


class Log(Section):
    """What is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least grave line written."
    )
    format: Literal["json", "text"] = Field("text", description="json for a log collector, text for people.")


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
    senders: tuple[Sender, ...] = Field((), max_length=50, description="The numbers or names it speaks as.")

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


class Routes(Section):
    """The gateways of each channel, the preferred one first."""

    sms: tuple[str, ...] = Field((), max_length=10, description="Gateways for SMS, in order of preference.")
    push: tuple[str, ...] = Field((), max_length=10, description="Gateways for notifications.")
    email: tuple[str, ...] = Field((), max_length=10, description="Gateways for e-mail.")
    voice: tuple[str, ...] = Field((), max_length=10, description="Gateways for voice calls.")
    display: tuple[str, ...] = Field((), max_length=10, description="Gateways for panels and screens.")

    @field_validator("*")
    @classmethod
    def _each_gateway_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        """A gateway cannot stand in for itself."""
        each_once(names, "name each gateway once, in order of preference")
        return names
