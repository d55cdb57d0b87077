"""The quota: bytes are promised in the database before the first one is read."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from api.problems import Problem
from assessments.models import StorageQuota, StorageReservation
from assessments.selectors.storage import storage_use
from tenants import audit
from tenants.scope import current_organisation

RESERVED_FOR: Final = timedelta(hours=1)
"""Longer than any upload lasts; after that its process is taken for dead."""


class QuotaExceeded(Problem):
    """413: the organisation keeps as much as it may. `limit`, `used` and `reserved` in bytes."""

    def __init__(self, *, limit: int, used: int, reserved: int) -> None:
        super().__init__(
            "quota-exceeded",
            status=413,
            title="The organisation's storage is full.",
            detail="Ask whoever runs Plumbline for more. Rejected files do not count.",
            limit=limit,
            used=used,
            reserved=reserved,
        )


def reserve_storage(*, size: int) -> uuid.UUID:
    """Promise `size` bytes to an upload, in a transaction that ends before it begins. Raises QuotaExceeded.

    One promise at a time in an organisation. What is promised is counted before what is kept: an upload that is
    committed between the two is counted twice, never not at all.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"evidence-storage:{current_organisation()}"]
        )
    now = timezone.now()
    StorageReservation.objects.filter(expires_at__lte=now).delete()
    use = storage_use()
    if use["used"] + use["reserved"] + size > use["limit"]:
        raise QuotaExceeded(**use)
    return StorageReservation.objects.create(size=size, expires_at=now + RESERVED_FOR).pk


def release_storage(reservation_id: uuid.UUID) -> None:
    """Take the promise back: in the transaction that makes the file's row, or after a failure. Twice is once."""
    StorageReservation.objects.filter(pk=reservation_id).delete()


def set_quota(*, limit_bytes: int | None) -> None:
    """Give the organisation in scope a limit of its own, or with None the common one. What it keeps stays."""
    before = StorageQuota.objects.values_list("limit_bytes", flat=True).first()
    if limit_bytes is None:
        StorageQuota.objects.all().delete()
    else:
        StorageQuota.objects.update_or_create(
            organisation_id=current_organisation(), defaults={"limit_bytes": limit_bytes}
        )
    audit.record(
        "storage.quota_set",
        object_type="organisation",
        object_id=current_organisation(),
        before={"limit_bytes": before},
        after={"limit_bytes": limit_bytes},
    )
