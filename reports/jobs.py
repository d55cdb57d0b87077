"""What the worker does for reports. Every handler looks at the state first: each may be called twice."""

from __future__ import annotations

import uuid

from assessments.files import blobs
from assessments.snapshot_document import is_intact
from reports.brief import write_brief
from reports.contents import SnapshotMalformedError, build_contents
from reports.mail import MailFault, post, write_mail
from reports.rendering.process import RenderingRefusedError, rendered
from reports.selectors import MAKE_OCCURRENCE
from reports.services.delivery import DELIVER, begin_sending, confirm_sent, fail_delivery, read_draft, take_fault
from reports.services.occurrence import carry_out
from reports.services.report import RENDER, begin_rendering, fail_report, finish_report
from tenants.jobs import JobRefused, Run, job_handler, on_failure
from tenants.models import Job


@job_handler(RENDER)
def render_report(run: Run) -> None:
    """Seconds of work, so no transaction is open while it is done.

    The file is stored under its hash before any row names it: what a worker that lost the job stores is the same bytes
    or nobody's, and only the holder of the fence says `ready`.
    """
    run.progress(5)
    with run.scope():
        order = begin_rendering(uuid.UUID(run.payload["report"]))
    if order is None:
        with run.finish():
            return
    try:
        with rendered(order.document, language=order.language) as file:
            run.progress(80)
            blobs.keep(file.path, organisation_id=run.organisation_id, sha256=file.sha256)
    except RenderingRefusedError as refusal:
        raise JobRefused(str(refusal)) from refusal
    with run.finish():
        finish_report(order, file=file)


@on_failure(RENDER)
def note_failed_report(job: Job) -> None:
    fail_report(job)


@job_handler(MAKE_OCCURRENCE)
def make_occurrence(run: Run) -> None:
    with run.finish():
        carry_out(uuid.UUID(run.payload["occurrence"]))


@job_handler(DELIVER)
def deliver(run: Run) -> None:
    """`sending` is committed before the server is spoken to, `sent` after."""
    delivery_id = uuid.UUID(run.payload["delivery"])
    with run.step():
        draft = read_draft(delivery_id)
    if draft is None:
        with run.finish():
            return
    if not is_intact(draft.document, sha256=draft.sha256):
        raise JobRefused("The snapshot is not the one that was frozen, so nothing is mailed.")
    try:
        brief = write_brief(build_contents(draft.document))
    except SnapshotMalformedError as fault:
        raise JobRefused(f"The mail cannot be written: {fault}.") from fault
    with run.step():
        letter = begin_sending(draft, brief=brief)
        mail = write_mail(letter) if letter else None
    if mail is None:
        with run.finish():
            return
    try:
        post(mail)
    except MailFault as fault:
        with run.finish():
            take_fault(delivery_id, fault=fault)
    else:
        with run.finish():
            confirm_sent(delivery_id)


@on_failure(DELIVER)
def note_failed_delivery(job: Job) -> None:
    fail_delivery(job)
