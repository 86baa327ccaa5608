"""One frozen model per section of alertd.toml. Each field's description is the sentence its reader needs."""

from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from alertd.settings.masks import masked_url

Channel = Literal["sms", "push", "email", "voice", "display"]
Price = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]

LONGEST_LEASE_S: Final = 300
"""The most that any node may set: what is held for longer was not given by the clock that holds now."""


class Section(BaseModel):
    """What the sections share: nothing changes after start, and a misspelt key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _network(text: str) -> str:
    """An address or a network; where bits behind the network's length are set, which one was probably meant."""
    try:
        ip_network(text)
    except ValueError as error:
        raise ValueError(_meant(text)) from error
    return text


def _meant(text: str) -> str:
    try:
        return f"{text!r} names a machine and a network at once: write {ip_network(text, strict=False)}"
    except ValueError:
        shown = repr(text[:60])
        return f"{shown} is no address: write one (127.0.0.1, ::1), or a network (10.0.0.0/8), in figures"


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
    short_url: str = Field(
        "",
        pattern=r"^(https?://[^/\s?#]+)?$",
        description="A short host that leads here as well, for the links of SMS, which write it without its scheme: "
        "https://ab.fr, of at most 8 signs after the scheme. Empty: public_url.",
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
    idle_s: float = Field(
        130,
        gt=0,
        le=3_600,
        description="A connection that asks for nothing, or has not finished saying for what, is closed after so many seconds. Longer "
        "than the reverse proxy keeps its own (Caddy: 120), or it meets one that is just being closed.",
    )
    body_s: float = Field(
        30,
        gt=0,
        le=3_600,
        description="A body that has not come after so many seconds, and one more for each 4 kB, is given up with 408.",
    )

    @model_validator(mode="after")
    def _found_at_host_and_port(self) -> Self:
        """Links that lead here, also on another port, until somebody says what residents type."""
        if "public_url" not in self.model_fields_set:
            everywhere = self.host in {"0.0.0.0", "::"}  # noqa: S104 - not listened on: put into links  # nosec B104
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
    folder: str = Field(
        "",
        description="Where this node keeps what providers bring while the store is away; empty: beside the secret.",
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
    redials: int = Field(2, ge=0, le=10, description="How often a call that nobody answered is made again.")
    redial_after_s: int = Field(
        120, ge=10, le=3600, description="Seconds before it is, while the message may still be said."
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
    headline_chars: int = Field(120, ge=20, le=500, description="Longest headline, in characters.")
    body_chars: int = Field(2000, ge=100, le=20_000, description="Longest body, in characters.")
    instruction_chars: int = Field(500, ge=50, le=5000, description="Longest instruction, in characters.")
    languages: int = Field(10, ge=1, le=40, description="Most languages in one alert.")
    attachments: int = Field(3, ge=0, le=3, description="Most pictures and PDFs in one alert; 0 for none.")
    attachment_bytes: int = Field(
        5_242_880, ge=65_536, le=10_485_760, description="Largest picture or PDF, in bytes."
    )
    api_requests_per_minute: int = Field(
        1200, ge=1, le=60_000, description="Requests a minute for one API key."
    )
    exact_previews_per_hour: int = Field(
        600,
        ge=1,
        le=3600,
        description="Confirmation previews an hour for one operator: only they count exactly.",
    )
    sign_ups_per_network_hour: int = Field(
        60, ge=4, le=100_000, description="People who may sign up an hour from one network."
    )
    sign_ups_per_station_hour: int = Field(
        3000, ge=4, le=1_000_000, description="People who may sign up an hour at one station."
    )
    codes_per_station_day: int = Field(
        500,
        ge=1,
        le=1_000_000,
        description="SMS codes and calls a day to whoever wants to join one station.",
    )


class Login(Section):
    """What operators show at the door."""

    second_factor: Literal["advised", "required"] = Field(
        "advised",
        description="Whether operators who have a password alone are asked for more: by a note (advised), or before "
        "anything else (required).",
    )
    danger_unproven: Literal["send", "refuse"] = Field(
        "send",
        description="What becomes of an emergency whose sender has not shown for 12 hours who it is: it goes, and the "
        "audit says so (send), or it is asked first (refuse).",
    )


class Accessibility(Section):
    """The declaration of accessibility on /accessibilite: who makes it, and what an audit found."""

    organisation: str = Field(
        "", max_length=120, description="Who declares: the mairie's or syndicat's full name."
    )
    contact: str = Field(
        "",
        max_length=200,
        description="Whom to turn to where something cannot be used: a mailbox, a telephone.",
    )
    audit_percent: int | None = Field(
        None, ge=0, le=100, description="Criteria of RGAA 4.1 met, in percent, by an audit; left out: none."
    )
    audited_on: str = Field(
        "", pattern=r"^(20[0-9]{2}-[0-9]{2}-[0-9]{2})?$", description="Day of that audit."
    )
    limits: tuple[Annotated[str, Field(min_length=1, max_length=300)], ...] = Field(
        (), max_length=50, description="What that audit found wrong, a sentence each."
    )

    @field_validator("audited_on")
    @classmethod
    def _is_a_day(cls, text: str) -> str:
        if text:
            date.fromisoformat(text)
        return text


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
