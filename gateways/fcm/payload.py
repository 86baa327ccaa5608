"""What FCM is told of one message: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages.

Google reads it, and Apple. So it holds what the phone needs in order to show the notification and to open it, and
nothing of the person: no name, no address, no place; the thread's key is keyed. With `show_text` off not even the text:
the app is told who speaks, and fetches the rest from `url` itself.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pyfcm import FCMNotification

from gateways.contract import Message
from gateways.notification import cut, dump, title
from gateways.registration import Registration
from gateways.subscription import encoded

MOST_BYTES: Final = 3_900
"""FCM takes 4,096; APNs too, and FCM adds to what it hands on."""
LONGEST_S: Final = 2_419_200  # four weeks: what FCM keeps a message at most
_TEXT: Final = 2_000  # bytes tried first; most texts are shorter
_KEY: Final = 16  # bytes: 22 characters, under the 64 of apns-collapse-id
_OPENING: Final = '{"message":{'
_SENT: Final = b'"validate_only":false}'
_SHOWN: Final = {"danger": "PRIORITY_MAX", "warning": "PRIORITY_HIGH"}
_URGENT: Final = frozenset({"danger", "warning"})


@dataclass(frozen=True, slots=True)
class Manner:
    """How this account speaks. `channels` are the app's Android channels by level; `key` hides threads."""

    channels: dict[str, str]
    critical: bool
    show_text: bool
    key: bytes = field(repr=False)

    def collapse(self, thread: str) -> str:
        """One for all messages of an alert: the later replaces the earlier, while it waits and where it is shown."""
        return encoded(hmac.digest(self.key, thread.encode(), "sha256")[:_KEY])


def unsent(body: bytes) -> bytes:
    """The same, checked by FCM and never handed to the phone: it says whether the registration was deleted (of Apple's it does not
    know): https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send, `validate_only`.

    Raises `ValueError`: pyfcm lays it out otherwise, and what must not be shown would be.
    """
    if not body.endswith(_SENT):
        raise ValueError("a body that does not end with validate_only")
    return body.removesuffix(_SENT) + b'"validate_only":true}'


class _Common(NamedTuple):
    """What all phones of a station are told alike, for a second at least. `ttl_s` and `ends_at_s` (UTC) are the validity.

    Of `text` no more is taken than fits into `room` bytes.
    """

    level: str
    locale: str
    thread: str
    speaker: str
    subject: str
    text: str
    ttl_s: int
    ends_at_s: int
    room: int = _TEXT


class Writer:
    """Turns messages into bodies. pyfcm lays them out: all that it does here is without network.

    What many have in common is laid out once, with two marks where a message's own words go.
    """

    def __init__(self, credentials: Any, project_id: str, manner: Manner) -> None:
        self._pyfcm = FCMNotification(credentials=credentials, project_id=project_id)
        self._manner = manner
        self._reference, self._url = secrets.token_hex(16), secrets.token_hex(16)
        self._laid_out = lru_cache(maxsize=64)(self._lay_out)

    def write(self, message: Message, to: Registration, left_s: float, now_ms: int) -> bytes:
        """The body. A text that does not fit is cut: the whole of it is behind `url`.

        Raises `ValueError`: what cannot be cut leaves no room, or a text holds half a surrogate pair.
        """
        ttl = min(int(left_s), LONGEST_S)
        common = _Common(
            message.level, message.locale, message.thread or message.reference, message.sender_name,
            message.subject, message.text, ttl, now_ms // 1000 + ttl,
        )  # fmt: skip
        body = self._filled(self._laid_out(common), message, to)
        if (over := len(body) - MOST_BYTES) > 0:
            room = len(dump(cut(message.text, _TEXT))) - 2 - over
            body = self._filled(self._laid_out(common._replace(room=max(0, room))), message, to)
        if len(body) > MOST_BYTES:
            raise ValueError(f"what is beside the text leaves no room: {len(body)} bytes")
        return body

    def probe(self) -> bytes:
        """A message to nobody, which FCM checks and does not send."""
        return bytes(self._pyfcm.parse_payload(topic_name="alertd-probe", data_payload={"probe": "1"}, dry_run=True))  # fmt: skip

    def _filled(self, laid_out: tuple[bytes, bytes, bytes], message: Message, to: Registration) -> bytes:
        """With the address in its own field, of which pyfcm knows but the older one."""
        before, between, after = laid_out
        address = f'{_OPENING}"{to.kind}":"{to.value}",'.encode()
        return b"".join((address, before, dump(message.reference), between, dump(message.url), after))

    def _lay_out(self, common: _Common) -> tuple[bytes, bytes, bytes]:
        """The parts before, between and after a message's own reference and url, from the address on."""
        key = self._manner.collapse(common.thread)
        heading = title(common.subject, common.speaker, common.text)
        shown = (heading, cut(common.text, common.room)) if self._manner.show_text else ("", "")
        body = bytes(
            self._pyfcm.parse_payload(
                notification_title=shown[0],
                notification_body=shown[1],
                data_payload={
                    "level": common.level,
                    "locale": common.locale,
                    "reference": self._reference,
                    "thread": key,
                    "url": self._url,
                },
                android_config=self._android(common, key),
                apns_config=self._apns(common, key),
            )
        )
        before, _, rest = body.removeprefix(_OPENING.encode()).partition(dump(self._reference))
        between, _, after = rest.partition(dump(self._url))
        return before, between, after

    def _android(self, common: _Common, key: str) -> dict[str, Any]:
        shown = {
            "channel_id": self._manner.channels.get(common.level, common.level),
            "notification_priority": _SHOWN.get(common.level, "PRIORITY_DEFAULT"),
            "tag": key,
            "visibility": "PUBLIC",
        }
        priority = "HIGH" if common.level in _URGENT else "NORMAL"
        said = {"collapse_key": key, "priority": priority, "ttl": f"{common.ttl_s}s"}
        return {**said, "notification": shown} if self._manner.show_text else said

    def _apns(self, common: _Common, key: str) -> dict[str, Any]:
        headers = {
            "apns-collapse-id": key,
            "apns-expiration": str(common.ends_at_s),
            "apns-priority": "10" if common.level in _URGENT else "5",
            "apns-push-type": "alert",
        }
        aps: dict[str, Any] = {"thread-id": key, **self._sounds(common.level)}
        if not self._manner.show_text:
            aps |= {"alert": {"title": common.speaker or " "}, "mutable-content": 1}
        return {"headers": headers, "payload": {"aps": aps}}

    def _sounds(self, level: str) -> dict[str, Any]:
        """Through silence (`critical`) only where Apple let the app: without the entitlement it is an ordinary one."""
        if level == "danger" and self._manner.critical:
            sound = {"critical": 1, "name": "default", "volume": 1.0}
            return {"interruption-level": "critical", "sound": sound}
        urgent = "time-sensitive" if level == "danger" else "active"
        return {"interruption-level": urgent, "sound": "default"}
