"""S3-compatible storage by boto3, Amazon's own library: slower than a request of ours, and kept.

It blocks, so each call is a thread's. Checksums beyond what every provider speaks are left out.
https://boto3.amazonaws.com/v1/documentation/api/latest/guide/s3.html
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from alertd.backup.remote.place import MOST, Place, secret_in, unavailable
from alertd.settings.backup import Remote

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


@asynccontextmanager
async def bucket(remote: Remote) -> AsyncIterator[Place]:
    """The folder of a bucket."""
    client = await asyncio.to_thread(_client, remote)
    try:
        yield _Bucket(remote, client)
    finally:
        client.close()


class _Bucket:
    def __init__(self, remote: Remote, client: Any) -> None:
        self._remote, self._client = remote, client
        self._bucket, _, folder = remote.url.removeprefix("s3://").partition("/")
        self._folder = f"{folder}/"

    async def names(self) -> dict[str, int]:
        return await self._done(self._names)

    async def put(self, path: Path, name: str) -> None:
        await self._done(
            self._client.upload_file,
            str(path),
            self._bucket,
            self._folder + name,
            Config=TransferConfig(max_concurrency=2),
        )

    async def fetch(self, name: str, path: Path) -> None:
        await self._done(self._client.download_file, self._bucket, self._folder + name, str(path))

    async def remove(self, name: str) -> None:
        await self._done(self._client.delete_object, Bucket=self._bucket, Key=self._folder + name)

    def _names(self) -> dict[str, int]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._folder, Delimiter="/"
        )
        found = (each for page in pages for each in page.get("Contents", ()))
        return {each["Key"].removeprefix(self._folder): each["Size"] for each in islice(found, MOST)}

    async def _done(
        self, act: Callable[Arguments, Answer], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Answer:
        with _said(self._remote):
            return await asyncio.to_thread(act, *args, **kwargs)


def _client(remote: Remote) -> Any:
    """With what the configuration says, and nothing of this account's own files."""
    how = Config(
        connect_timeout=remote.timeout_s,
        read_timeout=remote.timeout_s,
        retries={"total_max_attempts": 3, "mode": "standard"},
        s3={"addressing_style": "path" if remote.endpoint else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    with _said(remote):
        return boto3.session.Session().client(
            "s3",
            endpoint_url=remote.endpoint or None,
            region_name=remote.region or "us-east-1",
            aws_access_key_id=remote.access_key,
            aws_secret_access_key=secret_in(remote.secret_file),
            config=how,
        )


@contextmanager
def _said(remote: Remote) -> Iterator[None]:
    """S3's own word for what is wrong (SignatureDoesNotMatch, NoSuchBucket), or the library's kind of trouble."""
    try:
        yield
    except ClientError as error:
        raise unavailable(remote, str(error.response.get("Error", {}).get("Code", "refused"))[:60]) from error
    except (BotoCoreError, Boto3Error, OSError) as error:
        inner = error.__context__ if isinstance(error.__context__, ClientError) else None
        word = inner.response.get("Error", {}).get("Code") if inner else None
        raise unavailable(remote, str(word or type(error).__name__)[:60]) from error
