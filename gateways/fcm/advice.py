"""What to do about a trial's answer from Firebase: by code, else by trouble, else by outcome."""

from collections.abc import Mapping
from typing import Final

ADVICE: Final[Mapping[str, str]] = {
    "credentials": "At Firebase: invalid_grant: the key was deleted or the clock is wrong; PERMISSION_DENIED: enable the Firebase Cloud Messaging API; THIRD_PARTY_AUTH_ERROR: renew the project's APNs key.",
    "quota": "At Firebase: 600,000 messages a minute for a project; ask Google for more.",
    "refused": "The app was removed from that telephone, or has another registration now: fetch it anew in the app.",
    "failed": "SENDER_ID_MISMATCH: the telephone is registered with another project than service_account_file's.",
    "connection": "fcm.googleapis.com and oauth2.googleapis.com must be reached on port 443.",
}
