"""The end of an organisation: everything of it is deleted, and a signed certificate says so.

1. Files go first, while the rows still say whose they are and a lost worker's job is still there to be done again.
2. Then one transaction: the trail's last event, its final head, every row of every table that names the organisation
   (found in the database's own catalogue by `tenants_erase`, which the owner of the tables owns and which refuses
   before the thirty days are over), a search for what is left, and the certificate. Anything left undoes all of it.
3. The certificate is mailed to those who were owners; their addresses are kept until it has left, and then nowhere.

The certificate names the organisation by the SHA-256 of its id, and the trail by the hash of its last link: whoever
kept an export or a head can show that they belong together, and nobody else learns anything.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.mail import get_connection
from django.db import connection, transaction
from django.utils import timezone
from redis import Redis

from tenants import audit
from tenants.mails import certificate_mail
from tenants.models import AuditHead, DeletionCertificate, Organisation
from tenants.scope import current_organisation
from tenants.services.closing import deleted_after, owners
from tenants.signing import sign_document

logger = logging.getLogger(__name__)

CERTIFICATE_FORMAT: Final = "plumbline-deletion-certificate/1"
_TRIES: Final = 12
_PAUSE: Final = timedelta(minutes=10)


class LeftOver(Exception):
    """Something that names the organisation is still there; the message says where."""


def is_due() -> bool:
    """Whether the organisation in scope is to be deleted now."""
    organisation = Organisation.objects.filter(pk=current_organisation(), closing_at__isnull=False).first()
    return organisation is not None and deleted_after(organisation) <= timezone.now()


def forget_in_valkey(organisation_id: uuid.UUID) -> int:
    """Delete every key that names the organisation, whoever made it; returns how many."""
    client = Redis.from_url(settings.REDIS_URL, socket_timeout=10, socket_connect_timeout=2)
    try:
        return sum(int(client.delete(key)) for key in client.scan_iter(match=f"*{organisation_id}*", count=1000))
    finally:
        client.close()


def erase(*, files: int, file_bytes: int, cache_keys: int) -> DeletionCertificate:
    """Delete every row of the organisation in scope, and make the certificate. Raises LeftOver."""
    organisation_id = current_organisation()
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    requested_at, recipients = organisation.closing_at, owners()
    audit.record(
        "organisation.deleted",
        object_type="organisation",
        object_id=organisation_id,
        before={"closing_at": requested_at},
        after={"files": files, "file_bytes": file_bytes, "cache_keys": cache_keys},
    )
    head = AuditHead.objects.get()
    final = {"seq": head.seq, "hash": bytes(head.hash).hex()}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        log = LogEntry.objects.filter(object_id=str(organisation_id)).delete()[0]
        cursor.execute("SELECT relation, removed FROM tenants_erase(%s)", [organisation_id])
        rows = {relation: removed for relation, removed in cursor.fetchall() if removed}
    searched, left = search_for(organisation_id)
    if left:
        raise LeftOver(f"After the deletion the organisation is still named in {', '.join(left)}.")
    now = timezone.now()
    document = sign_document(
        {
            "format": CERTIFICATE_FORMAT,
            "organisation_sha256": digest_of(organisation_id),
            "requested_at": _text(requested_at),
            "deleted_at": _text(now),
            "audit": final,
            "rows": rows | ({"django_admin_log": log} if log else {}),
            "files": files,
            "file_bytes": file_bytes,
            "cache_keys": cache_keys,
            "columns_searched": searched,
            "left_over": 0,
        }
    )
    return DeletionCertificate.objects.create(
        organisation_digest=digest_of(organisation_id),
        deleted_at=now,
        document=document,
        recipients=recipients,
        next_attempt_at=now,
    )


def search_for(organisation_id: uuid.UUID) -> tuple[int, list[str]]:
    """How many columns of the database were searched for the id, as a value or within a text, and where it was found.

    Every column that can hold it, as the database's catalogue has them. Of tables with row-level security the rows of
    the organisation in scope are seen, and those of others are not: they are others'.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        columns = cursor.fetchall()
        found = []
        for table, column, is_id in columns:
            how = f'"{column}" = %(id)s' if is_id else f'"{column}"::text LIKE %(within)s'
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE {how}',  # noqa: S608 - names from the database's catalogue
                {"id": organisation_id, "within": f"%{organisation_id}%"},
            )
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return len(columns), found


_COLUMNS: Final = """
SELECT c.relname, a.attname, a.atttypid = 'uuid'::regtype
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  AND (t.typname IN ('uuid', 'json', 'jsonb', 'xml') OR t.typcategory IN ('S', 'A'))
ORDER BY 1, 2
"""


def send_due_certificates() -> int:
    """Mail the certificates that wait for it; returns how many left. Any number of these may run at once."""
    sent = 0
    while (claimed := _claim()) is not None:
        for recipient in claimed.recipients:
            mail = certificate_mail(
                to=recipient, document=claimed.document, message_id=uuid.uuid5(claimed.pk, recipient)
            )
            try:
                mail.connection = get_connection()
                mail.send()
            except Exception:  # noqa: BLE001 - whatever the mail server's fault is: tried again, in the end given up
                logger.warning("The certificate %s could not be mailed; it will be tried again.", claimed.pk)
                continue
            sent += 1
            _done(claimed.pk, recipient=recipient)
    return sent


def digest_of(organisation_id: uuid.UUID) -> str:
    """What a certificate calls an organisation: the SHA-256 of its id as text, in hex."""
    return hashlib.sha256(str(organisation_id).encode()).hexdigest()


def _claim() -> DeletionCertificate | None:
    """A certificate that is due, put off for a while; addresses it could not be sent to for long are forgotten."""
    now = timezone.now()
    with transaction.atomic():
        row = (
            DeletionCertificate.objects.select_for_update(skip_locked=True)
            .filter(next_attempt_at__lte=now)
            .order_by("next_attempt_at")
            .first()
        )
        if row is None:
            return None
        row.attempts += 1
        over = row.attempts > _TRIES
        row.next_attempt_at = None if over else now + _PAUSE * 2 ** (row.attempts - 1)
        waiting, row.recipients = row.recipients, [] if over else row.recipients
        row.save(update_fields=["attempts", "next_attempt_at", "recipients"])
        if over:
            logger.error("The certificate %s was given up for %s recipients.", row.pk, len(waiting))
    return row


def _done(certificate_id: uuid.UUID, *, recipient: str) -> None:
    with transaction.atomic():
        row = DeletionCertificate.objects.select_for_update().get(pk=certificate_id)
        row.recipients = [address for address in row.recipients if address != recipient]
        if not row.recipients:
            row.next_attempt_at = None
        row.save(update_fields=["recipients", "next_attempt_at"])


def _text(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""
