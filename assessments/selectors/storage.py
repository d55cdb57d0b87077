"""How much an organisation keeps."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Max, Sum
from django.utils import timezone

from assessments.models import EvidenceVersion, FileState, StorageQuota, StorageReservation


def storage_use() -> dict[str, int]:
    """`limit`, `used` and `reserved`, in bytes of evidence files. Four queries.

    Equal ready files are kept once and counted once; files still being checked lie apart and count each; rejected ones
    are gone. Worked out from the rows every time, so that it cannot drift from them.
    """
    reserved = StorageReservation.objects.filter(expires_at__gt=timezone.now()).aggregate(total=Sum("size"))["total"]
    own = StorageQuota.objects.values_list("limit_bytes", flat=True).first()
    kept = EvidenceVersion.objects.filter(state=FileState.READY).values("sha256").annotate(bytes=Max("size"))
    waiting = EvidenceVersion.objects.exclude(state__in=(FileState.READY, FileState.REJECTED))
    used = (kept.aggregate(total=Sum("bytes"))["total"] or 0) + (waiting.aggregate(total=Sum("size"))["total"] or 0)
    return {
        "limit": int(settings.STORAGE_QUOTA_BYTES) if own is None else own,
        "used": used,
        "reserved": reserved or 0,
    }
