"""What the pages of the door and of the account are given."""

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from alertd.web.contracts import Frame


@dataclass(frozen=True, slots=True)
class SecondPage:
    """After the first proof, of which `said` tells. `totp`: an app's code is one way; a recovery code always is; `link`: so is
    a link by e-mail.
    """

    template: ClassVar[str] = "second.html"
    frame: Frame
    action: str
    said: str
    token: str
    totp: bool
    passkey: str
    link: bool
    error: str


@dataclass(frozen=True, slots=True)
class MovedPage:
    """A form did nothing, since it was opened for another station. `station`: that one's id, `back` what leads there and `onward`
    the page to go on with; 0 and "" where the person serves it no more.
    """

    template: ClassVar[str] = "moved.html"
    frame: Frame
    sentence: str
    station: int
    back: str
    onward: str
    stay: str


@dataclass(frozen=True, slots=True)
class LinkAskedPage:
    """Before and after a link was asked for; after, the same for everyone."""

    template: ClassVar[str] = "link_asked.html"
    frame: Frame
    asked: bool


@dataclass(frozen=True, slots=True)
class LinkPage:
    """What a link leads to: the button that uses it up."""

    template: ClassVar[str] = "link.html"
    frame: Frame
    action: str


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """Who is logged in shows it again. `code`: the password alone does not do."""

    template: ClassVar[str] = "confirm.html"
    frame: Frame
    action: str
    login: str
    code: bool
    passkey: str
    error: str


@dataclass(frozen=True, slots=True)
class AccessibilityPage:
    """The declaration. `percent` of the criteria met, None where nobody counted."""

    template: ClassVar[str] = "accessibility.html"
    frame: Frame
    organisation: str
    url: str
    status: str
    percent: int | None
    audited: str
    limits: tuple[str, ...]
    contact: str


@dataclass(frozen=True, slots=True)
class Seat:
    """Somewhere the person is logged in."""

    id: str
    device: str
    note: str
    here: bool


@dataclass(frozen=True, slots=True)
class Device:
    """One that opens the account by a finger or a face."""

    id: int
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class Told:
    """A telephone that is told by notification."""

    id: int
    note: str
    here: bool


@dataclass(frozen=True, slots=True)
class AccountPage:
    template: ClassVar[str] = "account.html"
    frame: Frame
    name: str
    login: str
    notice: str
    must_secure: bool
    possible: bool
    """Whether browsers make passkeys for this address."""
    devices: tuple[Device, ...]
    this_device: str
    totp: bool
    sheet: str
    """How many recovery codes are left, in words; "" where the account needs none."""
    few: bool
    push_key: str
    """What this browser's subscription is bound to; "" where nobody speaks to browsers."""
    phones: tuple[Told, ...]
    renewal: str
    """Where this browser says its new address; "" where it is told nothing."""
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class CodePage:
    """An app is being set up: by a picture, or typed by hand."""

    template: ClassVar[str] = "account_code.html"
    frame: Frame
    token: str
    picture: Markup
    secret: str
    uri: str
    error: str


@dataclass(frozen=True, slots=True)
class PasswordPage:
    template: ClassVar[str] = "account_password.html"
    frame: Frame
    login: str
    error: str


@dataclass(frozen=True, slots=True)
class SheetPage:
    """Ten recovery codes, shown this once."""

    template: ClassVar[str] = "account_sheet.html"
    frame: Frame
    login: str
    codes: tuple[str, ...]
