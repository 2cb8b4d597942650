"""Stored objects in a bucket of a service that speaks the S3 API: AWS, MinIO, Ceph and others.

An object appears when its upload is complete and not before, also one that goes in several parts
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel). Parts of an upload that a crash
cut off cost storage until a lifecycle rule of the bucket removes them.
"""

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO, Final
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store as Bucket

from app.core.errors import NotFound
from app.core.objects import ObjectsUnavailable
from app.core.settings import Settings

if TYPE_CHECKING:
    from obstore.store import S3Config

REQUEST_SECONDS: Final = 30  # one request: a part of an upload, a piece of a download
UPLOAD_SECONDS: Final = 600.0  # a whole object
_CODE = re.compile(r"<Code>(\w{1,64})</Code>")  # of the service's error document, such as NoSuchBucket


class S3Store:
    """An `ObjectStore` in one bucket, below a prefix."""

    def __init__(self, settings: Settings):
        config: S3Config = {
            "region": settings.s3_region,
            "virtual_hosted_style_request": not settings.s3_path_style,
            "disable_bulk_delete": True,  # one object at a time; not every service speaks DeleteObjects
        }
        if settings.s3_access_key_id:  # else the machine's own role or the variables AWS_*
            config["access_key_id"] = settings.s3_access_key_id
            config["secret_access_key"] = settings.s3_secret_access_key.get_secret_value()
        if settings.s3_endpoint is not None:
            config["endpoint"] = settings.s3_endpoint
        self._bucket = Bucket(
            settings.s3_bucket,
            prefix=settings.s3_prefix or None,
            config=config,
            client_options={
                "connect_timeout": timedelta(seconds=3),
                "timeout": timedelta(seconds=REQUEST_SECONDS),
                "allow_http": settings.s3_endpoint is not None
                and urlsplit(settings.s3_endpoint).scheme == "http",
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
        )

    async def put(self, location: str, source: BinaryIO) -> None:
        """Upload; in parts when it is large."""
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                await obstore.put_async(self._bucket, location, source)
        except (BaseError, OSError) as error:  # TimeoutError is an OSError
            raise _unavailable(error) from None

    async def part(self, location: str, first: int, length: int) -> bytes:
        """One request for these bytes."""
        try:
            async with asyncio.timeout(REQUEST_SECONDS * 2):
                found = await obstore.get_range_async(self._bucket, location, start=first, length=length)
        except FileNotFoundError:
            raise NotFound("the stored file is gone") from None
        except (BaseError, OSError) as error:
            raise _unavailable(error) from None
        return bytes(found)

    async def delete(self, location: str) -> None:
        """Delete; the service says yes to what is not there, too."""
        try:
            async with asyncio.timeout(REQUEST_SECONDS * 2):
                await obstore.delete_async(self._bucket, location)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise _unavailable(error) from None


def _unavailable(error: Exception) -> ObjectsUnavailable:
    """The service's own code only: its error documents repeat key ids and signed requests, which belong in no log."""
    code = _CODE.search(str(error))
    return ObjectsUnavailable(
        f"the bucket refused or did not answer: {code[1] if code else type(error).__name__}"
    )
