"""An account by SFTP, by asyncssh. Nothing of this machine's own SSH is used: no agent, no configuration, no known_hosts but ours.

https://asyncssh.readthedocs.io/
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import asyncssh

from alertd.backup.remote.place import MOST, Place, secret_in, unavailable
from alertd.errors import ConfigurationError
from alertd.settings.backup import Remote

KEEPALIVE_S: Final = 15
"""After four that nobody answers the connection is given up."""
PART: Final = ".part"


@asynccontextmanager
async def account(remote: Remote) -> AsyncIterator[Place]:
    """The folder of an account. Who answers with another key than those of known_hosts is told nothing."""
    at = urlsplit(remote.url)
    with _said(remote):
        async with (
            asyncssh.connect(
                at.hostname or "",
                at.port or 22,
                username=at.username or "",
                known_hosts=([_host_key(each) for each in remote.known_hosts], [], []),
                config=None,
                agent_path=None,
                connect_timeout=remote.timeout_s,
                login_timeout=remote.timeout_s,
                keepalive_interval=KEEPALIVE_S,
                keepalive_count_max=4,
                **_proof(remote),
            ) as connection,
            connection.start_sftp_client() as sftp,
        ):
            folder = at.path.removeprefix("/")
            await sftp.makedirs(folder, exist_ok=True)
            yield _Account(remote, sftp, folder)


class _Account:
    def __init__(self, remote: Remote, sftp: asyncssh.SFTPClient, folder: str) -> None:
        self._remote, self._sftp, self._folder = remote, sftp, folder

    async def names(self) -> dict[str, int]:
        found: list[asyncssh.SFTPName] = []
        with _said(self._remote):
            async for each in self._sftp.scandir(self._folder):
                found.append(each)
                if len(found) == MOST:
                    break
        return {
            str(each.filename): each.attrs.size or 0
            for each in found
            if each.attrs.type != asyncssh.FILEXFER_TYPE_DIRECTORY  # some servers do not say what a file is
        }

    async def put(self, path: Path, name: str) -> None:
        with _said(self._remote):
            await self._sftp.put(str(path), self._at(name + PART))
            await self._renamed(self._at(name + PART), self._at(name))

    async def fetch(self, name: str, path: Path) -> None:
        with _said(self._remote):
            await self._sftp.get(self._at(name), str(path))

    async def remove(self, name: str) -> None:
        with _said(self._remote):
            await self._sftp.remove(self._at(name))

    async def _renamed(self, draft: str, whole: str) -> None:
        """At once where the server can, as OpenSSH's; else the old one goes first."""
        try:
            await self._sftp.posix_rename(draft, whole)
        except asyncssh.SFTPOpUnsupported:
            if await self._sftp.exists(whole):
                await self._sftp.remove(whole)
            await self._sftp.rename(draft, whole)

    def _at(self, name: str) -> str:
        return f"{self._folder}/{name}"


def _host_key(line: str) -> asyncssh.SSHKey:
    """Of "ssh-ed25519 AAAA...", also with the host's name before it, as ssh-keyscan has it."""
    try:
        return asyncssh.import_public_key(" ".join(line.split()[-2:]))
    except asyncssh.KeyImportError as error:
        raise ConfigurationError(
            "backup_remote_host", "[backup.remote] known_hosts: this is no public key."
        ) from error


def _proof(remote: Remote) -> dict[str, Any]:
    """A key alone, or a password alone."""
    if not remote.private_key_file:
        return {"client_keys": None, "password": secret_in(remote.secret_file)}
    try:
        return {"client_keys": [asyncssh.read_private_key(remote.private_key_file)], "password": None}
    except (OSError, asyncssh.KeyImportError) as error:
        raise ConfigurationError(
            "backup_remote_secret",
            f"[backup.remote] private_key_file: {remote.private_key_file} is no private key without a passphrase.",
        ) from error


@contextmanager
def _said(remote: Remote) -> Iterator[None]:
    try:
        yield
    except asyncssh.HostKeyNotVerifiable as error:
        raise unavailable(
            remote, "its key is none of known_hosts: somebody else may be answering; nothing was told it"
        ) from error
    except asyncssh.PermissionDenied as error:
        raise unavailable(remote, "it does not let this account in") from error
    except (asyncssh.Error, OSError, TimeoutError) as error:
        raise unavailable(remote, f"it failed ({type(error).__name__})") from error
