"""What issuing needs, put on one desk by the composition root."""

from dataclasses import dataclass, field

from alertd.catalogue import Catalogue
from alertd.clock import Clock
from alertd.deliver.routes import Routes
from alertd.issue.joined import Joined
from alertd.keys import Keyring
from alertd.settings import Settings
from alertd.store import Database


@dataclass(frozen=True, slots=True)
class Desk:
    """`routes` are the senders by mode and channel, with their rates and prices; `joined` says by when people joined."""

    db: Database
    clock: Clock
    catalogue: Catalogue
    settings: Settings
    keyring: Keyring
    routes: Routes
    joined: Joined = field(default_factory=Joined)
