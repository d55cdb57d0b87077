"""Where the storage is a bucket (STORAGE_URL s3://…): writing once, and addresses signed for one object.

Everybody else asks `assessments.files.blobs` and `assessments.services.file_links`, which know no difference between a
bucket and a folder. Whoever calls these functions turns what boto3 raises into one answer: the storage did not do it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings
from django.core.files.storage import storages
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

LINK_SECONDS: Final = 300
"""How long a link to a file is good, and the longest it may ever be."""
_THERE_ALREADY: Final = {"PreconditionFailed", "ConditionalRequestConflict"}
_NO_CONDITIONS: Final = {"NotImplemented"}


@dataclass(frozen=True, slots=True)
class Stored:
    """One object or file as a listing tells of it: its name in the storage, bytes, when it was written (aware)."""

    name: str
    size: int
    modified: datetime


def bucket() -> S3Storage | None:
    """The storage where it is a bucket, else None."""
    storage = storages["default"]
    return storage if isinstance(storage, S3Storage) else None


def bucket_in_reach() -> S3Storage | None:
    """The storage where people can be sent straight to it, else None: then the bytes pass the web server."""
    return bucket() if settings.STORAGE_IN_REACH else None


def put_once(storage: S3Storage, path: Path, *, name: str) -> None:
    """Store the file at `path` unless something has that name. The server compares the SHA-256 it is sent with what
    arrived.

    A server that knows If-None-Match refuses a second object under one name; any other is asked first. An object of
    another size in its place is damaged, since names stand for contents, and is replaced.
    """
    client, place = storage.connection.meta.client, _place(storage, name)
    size = path.stat().st_size
    with path.open("rb") as file:
        checksum = base64.b64encode(hashlib.file_digest(file, "sha256").digest()).decode()

    def put(**condition: str) -> None:
        with path.open("rb") as file:
            client.put_object(**place, Body=file, ContentLength=size, ChecksumSHA256=checksum, **condition)

    if _size_of(client, place) not in {None, size}:
        client.delete_object(**place)
    try:
        put(IfNoneMatch="*")
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _THERE_ALREADY and _size_of(client, place) == size:
            return
        if code not in _NO_CONDITIONS:
            raise
        if _size_of(client, place) is None:
            put()


def sign_post(storage: S3Storage, *, name: str, size: int, seconds: int) -> tuple[str, dict[str, str]]:
    """Address and form fields with which exactly `size` bytes can be sent under exactly this name, for a while."""
    signed = _signing_client(storage).generate_presigned_post(
        storage.bucket_name,
        _place(storage, name)["Key"],
        Conditions=[["content-length-range", size, size]],
        ExpiresIn=seconds,
    )
    return str(signed["url"]), {str(key): str(value) for key, value in signed["fields"].items()}


def sign_get(storage: S3Storage, *, name: str, media_type: str, disposition: str) -> str:
    """An address that hands the object out for LINK_SECONDS, under this media type and as this attachment only."""
    wanted = {
        **_place(storage, name),
        "ResponseContentType": media_type,
        "ResponseContentDisposition": disposition,
        "ResponseCacheControl": "no-store",
    }
    return str(_signing_client(storage).generate_presigned_url("get_object", Params=wanted, ExpiresIn=LINK_SECONDS))


def listed(storage: S3Storage, *, folder: str) -> Iterator[Stored]:
    """Every object whose name begins with `folder`/, page by page."""
    start = clean_name(storage.location)
    prefix = f"{start}/" if start else ""
    pages = storage.connection.meta.client.get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=storage.bucket_name, Prefix=f"{prefix}{folder}/"):
        for item in page.get("Contents", ()):
            yield Stored(str(item["Key"]).removeprefix(prefix), int(item["Size"]), item["LastModified"])


def _size_of(client: Any, place: dict[str, str]) -> int | None:
    try:
        return int(client.head_object(**place)["ContentLength"])
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
    return None


def _place(storage: S3Storage, name: str) -> dict[str, str]:
    return {"Bucket": storage.bucket_name, "Key": storage._normalize_name(clean_name(name))}  # noqa: SLF001 - as its own methods do


def _signing_client(storage: S3Storage) -> Any:
    """The client whose addresses people can reach."""
    if not settings.STORAGE_PUBLIC_ENDPOINT:
        return storage.connection.meta.client
    return _public_client(
        str(settings.STORAGE_PUBLIC_ENDPOINT), storage.region_name, storage.access_key, storage.secret_key
    )


@cache
def _public_client(endpoint: str, region: str | None, access_key: str | None, secret_key: str | None) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
