"""What to do about a trial's answer from push services: by code, else by trouble, else by outcome."""

from collections.abc import Mapping
from typing import Final

ADVICE: Final[Mapping[str, str]] = {
    "credentials": "The push service refuses our signature: look at this machine's clock (NTP), and whether the instance's secret or private_key_file changed since that browser subscribed.",
    "refused": "That browser is no longer subscribed: open the page again and activate notifications.",
    "failed": "Its address is of no push service of the option hosts, or it was written down incompletely.",
    "connection": "Push services are reached by https (port 443), each at a name of its own: let them through the firewall.",
    "accepted": "The service has it: a telephone that is off shows it when it is back; on an iPhone the page must be on the home screen.",
}
