"""Uploads straight to the storage, for reading."""

from __future__ import annotations

import uuid
from typing import Any

from api.problems import NotFound
from assessments.models import DirectUpload


def get_upload(upload_id: uuid.UUID) -> DirectUpload:
    upload = DirectUpload.objects.select_related("created_by").filter(pk=upload_id).first()
    if upload is None:
        raise NotFound
    return upload


def upload_body(upload: DirectUpload) -> dict[str, Any]:
    return {
        "id": upload.pk,
        "state": upload.state,
        "reason": upload.reason,
        "evidence": upload.evidence_id,
        "file_name": upload.file_name,
        "size": upload.size,
        "sha256": upload.sha256,
        "created_by": {"id": upload.created_by_id, "name": upload.created_by.display_name},
        "created_at": upload.created_at,
        "expires_at": upload.expires_at,
    }
