"""[backup]: backups of a SQLite database, and [backup.remote]: where copies of them go."""

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from alertd.settings.sections import Section

BEFORE_KEPT: Final = 3
"""Of backups that a new version made before it changed the database."""
_BUCKET: Final = r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)+"
_ACCOUNT: Final = r"sftp://[A-Za-z0-9._-]{1,64}@[^\s/@:?#]+(:[0-9]{1,5})?(/[A-Za-z0-9._-]+)+"
_HOST_KEY: Final = r"^(\S+ )?(ssh-|ecdsa-sha2-)\S+ [A-Za-z0-9+/=]{40,1000}$"


class Remote(Section):
    """A folder elsewhere, of this instance alone: S3-compatible storage, or an account by SFTP."""

    url: str = Field(
        "",
        pattern=rf"^({_BUCKET}|{_ACCOUNT}|)$",
        description="s3://BUCKET/FOLDER or sftp://USER@HOST:PORT/FOLDER, a folder of this instance alone: rotation removes what it "
        "finds there. Empty: backups stay in folder.",
    )
    endpoint: str = Field(
        "",
        pattern=r"^(https://[^/\s?#@]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?|)$",
        description="Of S3: the provider's address, as https://s3.fr-par.scw.cloud; empty: Amazon's.",
    )
    region: str = Field(
        "", pattern=r"^[a-z0-9-]{0,40}$", description="Of S3: the provider's region, as fr-par."
    )
    access_key: str = Field(
        "", pattern=r"^[\x21-\x7e]{0,200}$", description="Of S3: the account's access key id."
    )
    secret_file: str = Field(
        "", description="File that holds the secret access key of S3, or the password of the SFTP account."
    )
    private_key_file: str = Field(
        "",
        description="Of SFTP: file of the account's private key, without a passphrase; empty: secret_file holds a password.",
    )
    known_hosts: tuple[Annotated[str, Field(pattern=_HOST_KEY)], ...] = Field(
        (),
        max_length=10,
        description="Of SFTP: the server's public keys, as its maker publishes them or ssh-keyscan shows them. No other server is "
        "spoken to.",
    )
    rotate: bool = Field(
        True,
        description="Whether copies that rotation no longer keeps are removed there; false: the account need not be able to.",
    )
    timeout_s: float = Field(60, ge=1, le=600, description="Seconds that it has for each answer.")

    @model_validator(mode="after")
    def _enough_to_enter(self) -> Self:
        """What is missing is said at start, not in the night of the first copy."""
        for holds, sentence in self._needs():
            if not holds:
                raise ValueError(sentence)
        return self

    def _needs(self) -> tuple[tuple[object, str], ...]:
        if self.url.startswith("s3:"):
            return ((self.access_key and self.secret_file, "s3 needs access_key and secret_file"),)
        if self.url.startswith("sftp:"):
            return (
                (
                    self.private_key_file or self.secret_file,
                    "sftp needs private_key_file, or secret_file for a password",
                ),
                (
                    self.known_hosts,
                    "sftp needs known_hosts: without the server's key anybody could answer in its place",
                ),
            )
        return ()


class Backup(Section):
    """Backups of a SQLite database."""

    folder: str = Field(
        "",
        description="Where they are kept, better on another disk; empty: the folder backups beside the database.",
    )
    keep_daily: int = Field(7, ge=1, le=366, description="Days of which the last backup is kept.")
    keep_weekly: int = Field(5, ge=0, le=520, description="Weeks of which the last backup is kept.")
    keep_monthly: int = Field(12, ge=0, le=12, description="Months of which the last backup is kept.")
    before_migration: bool = Field(
        True,
        description="Whether a new version makes one before it changes the database; on PostgreSQL, waits for alertd migrate --backed-up.",
    )
    remote: Remote = Remote()
