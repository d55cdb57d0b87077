"""Making, changing, publishing and retiring an organisation's own standards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from api.problems import Conflict, Invalid, NotFound, PreconditionFailed, Unprocessable
from assessments.catalogue.drafts.adapting import content_of
from assessments.catalogue.drafts.content import ContentError, DraftContent, as_json, complete_facts
from assessments.catalogue.drafts.content import requirement_as_json as requirement_body
from assessments.catalogue.drafts.editing import (
    add_requirements,
    change_facts,
    change_requirement,
    place_of,
    remove_requirement,
    with_own_slug,
)
from assessments.catalogue.drafts.lint import Findings, lint
from assessments.catalogue.drafts.reading import content_from_json, within_limits
from assessments.catalogue.drafts.selectors import fault_body
from assessments.catalogue.drafts.states import ADAPTED, AUTHORED, DRAFT, PUBLISHED
from assessments.catalogue.models import Standard, StandardDraft
from assessments.catalogue.rows import store_document
from assessments.catalogue.selectors import startable_standard, vocabulary
from tenants import audit
from tenants.access import Access
from tenants.models import Organisation
from tenants.scope import current_organisation

MOST_DRAFTS: Final = 50
MOST_EDITIONS: Final = 500
"""Of an organisation: open drafts, and editions published; both for the sake of everybody's storage."""
FAULTS_TOLD: Final = 200


def create_draft(
    *,
    organisation: Organisation,
    actor: UUID,
    content: DraftContent,
    origin: str,
    report: Mapping[str, Any] | None = None,
    base: UUID | None = None,
) -> StandardDraft:
    """A draft of the organisation in scope, made by the person `actor`, with the facts filled in that nobody told.

    The slug gets what slugs of own standards begin with. Raises Invalid for content over the limits, and Conflict where
    a draft of that slug is open or the organisation has too many.
    """
    content = with_own_slug(complete_facts(content, publisher=organisation.name[:120], year=timezone.now().year))
    with contents_checked():
        content = content_from_json(as_json(content))
    open_drafts = list(StandardDraft.objects.filter(state=DRAFT).values_list("slug", flat=True)[: MOST_DRAFTS + 1])
    if len(open_drafts) >= MOST_DRAFTS:
        raise Conflict("too-many-drafts", f"{MOST_DRAFTS} drafts are open. Publish or delete some first.")
    _refuse_taken(content.slug, taken=content.slug in open_drafts)
    draft = StandardDraft(
        origin=origin, report=None if report is None else dict(report), base_id=base, created_by_id=actor
    )
    _write(draft, content)
    draft.save(force_insert=True)
    audit.record(
        "standard_draft.created",
        object_type="standard_draft",
        object_id=draft.pk,
        after={**_told(draft), "base": str(base) if base else None},
    )
    return draft


def start_draft(*, access: Access, fields: Mapping[str, Any]) -> StandardDraft:
    """A draft with the given top members, empty or as an adaptation of `base` (a slug, public or of one's own)."""
    given = dict(fields)
    base = startable_standard(str(given.pop("base"))) if "base" in given else None
    if "base" in fields and (base is None or not base.is_assessable):
        raise Invalid({"base": ["There is no such standard with requirements, in the catalogue or among your own."]})
    with contents_checked():
        content = content_from_json(given) if base is None else change_facts(content_of(base.id), fields=given)
    return create_draft(
        organisation=access.organisation,
        actor=access.person_id,
        content=content,
        origin=ADAPTED if base else AUTHORED,
        base=base.id if base else None,
    )


def start_edition(*, access: Access, slug: str, edition: str) -> StandardDraft:
    """A draft of the next edition of one's own standard: all of the last one under another name."""
    rows = Standard.objects.filter(organisation_id=current_organisation(), slug=slug)
    last = rows.order_by("-is_current", "-created_at").values_list("id", "edition").first()
    if last is None:
        raise NotFound
    if last[1] == edition:
        raise Invalid({"edition": [f"That is the edition there is: {edition}. Give the new one another name."]})
    with contents_checked():
        content = content_of(last[0])
        content = change_facts(content, fields={"facts": {**content.facts, "edition": edition}})
    return create_draft(
        organisation=access.organisation, actor=access.person_id, content=content, origin=AUTHORED, base=last[0]
    )


def change_draft(*, draft_id: UUID, expected_version: int, fields: Mapping[str, Any]) -> StandardDraft:
    """Change top members of a draft, each as a whole."""
    draft, content = _open(draft_id, expected_version=expected_version)
    before = {key: as_json(content).get(key) for key in fields}
    with contents_checked():
        content = within_limits(with_own_slug(change_facts(content, fields=fields)))
    if content.slug != draft.slug:
        _refuse_taken(content.slug, taken=StandardDraft.objects.filter(state=DRAFT, slug=content.slug).exists())
    after = {key: as_json(content).get(key) for key in fields}
    return _save(draft, content, event="standard_draft.changed", before=before, after=after)


def add_to_draft(*, draft_id: UUID, expected_version: int, given: Any) -> StandardDraft:
    draft, content = _open(draft_id, expected_version=expected_version)
    known = {row.ref for row in content.requirements}
    with contents_checked():
        content = within_limits(add_requirements(content, given=given))
    refs = [row.ref for row in content.requirements if row.ref not in known]
    return _save(draft, content, event="standard_draft.requirements_added", after={"refs": refs})


def change_in_draft(*, draft_id: UUID, expected_version: int, ref: str, given: Any) -> tuple[StandardDraft, str]:
    """Change or move one requirement. Returns its ref, which may be new."""
    draft, content = _open(draft_id, expected_version=expected_version)
    at = _place(content, ref=ref)
    with contents_checked():
        changed = within_limits(change_requirement(content, ref=ref, given=given))
    ref_now = str(given["ref"]).strip() if isinstance(given, dict) and "ref" in given else ref
    before, after = requirement_body(content.requirements[at]), _body_of(changed, ref=ref_now)
    differ = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    draft = _save(
        draft,
        changed,
        event="standard_draft.requirement_changed",
        before={"ref": ref, **{key: before.get(key) for key in differ}},
        after={"ref": ref_now, **{key: after.get(key) for key in differ}},
    )
    return draft, ref_now


def remove_from_draft(*, draft_id: UUID, expected_version: int, ref: str) -> StandardDraft:
    """Take a requirement out, and all that is below it."""
    draft, content = _open(draft_id, expected_version=expected_version)
    _place(content, ref=ref)
    content, gone = remove_requirement(content, ref=ref)
    return _save(draft, content, event="standard_draft.requirements_removed", before={"refs": gone})


def delete_draft(*, draft_id: UUID, expected_version: int) -> None:
    draft, _ = _open(draft_id, expected_version=expected_version)
    told = _told(draft)
    draft.delete()
    audit.record("standard_draft.deleted", object_type="standard_draft", object_id=draft_id, before=told)


def lint_draft(draft: StandardDraft) -> Findings:
    return lint(content_from_json(draft.content), vocabulary=vocabulary())


def publish_draft(*, draft_id: UUID, expected_version: int) -> StandardDraft:
    """Make the draft the current edition of its slug. Running assessments stay on the edition they started from.

    Raises Unprocessable with the faults where lint finds some.
    """
    draft, content = _open(draft_id, expected_version=expected_version)
    findings = lint(content, vocabulary=vocabulary())
    if findings.document is None:
        raise Unprocessable(
            "draft-at-fault",
            f"Lint finds {len(findings.faults)} faults that keep it from being published.",
            faults=[fault_body(fault) for fault in findings.faults[:FAULTS_TOLD]],
        )
    if Standard.objects.filter(organisation_id=current_organisation()).count() >= MOST_EDITIONS:
        raise Conflict("too-many-editions", f"{MOST_EDITIONS} editions are published, which is the most there can be.")
    rows = Standard.objects.filter(organisation_id=current_organisation(), slug=content.slug, is_current=True)
    before = rows.values_list("content_hash", "edition").first()
    _, standard_id = store_document(findings.document)
    now = rows.values_list("content_hash", "edition").get()
    draft.state, draft.standard_id, draft.published_at = PUBLISHED, standard_id, timezone.now()
    draft.version += 1
    draft.save(update_fields=["state", "standard", "published_at", "version", "updated_at"])
    audit.record(
        "standard.published",
        object_type="standard",
        object_id=standard_id,
        before={"content_hash": before[0], "edition": before[1]} if before else None,
        after={
            "slug": content.slug, "content_hash": now[0], "edition": now[1], "draft": str(draft.pk),
            "requirements": len(content.requirements), "warnings": len(findings.warnings),
        },
    )  # fmt: skip
    return draft


def retire_standard(*, slug: str) -> UUID:
    """No new assessment starts from it; those under way go on. Raises NotFound, and Conflict where it is retired."""
    rows = Standard.objects.filter(organisation_id=current_organisation(), slug=slug)
    found = rows.filter(is_current=True).select_for_update().values_list("id", "content_hash", "edition").first()
    if found is None:
        if rows.exists():
            raise Conflict("standard-retired", "It is retired already: publish a new edition to bring it back.")
        raise NotFound
    rows.filter(id=found[0]).update(is_current=False)
    audit.record(
        "standard.retired",
        object_type="standard",
        object_id=found[0],
        before={"slug": slug, "content_hash": found[1], "edition": found[2], "is_current": True},
        after={"is_current": False},
    )
    return found[0]


@contextmanager
def contents_checked() -> Iterator[None]:
    """Content that is at fault becomes a problem which names every place."""
    try:
        yield
    except ContentError as error:
        errors: dict[str, list[str]] = {}
        for fault in error.faults[:FAULTS_TOLD]:
            errors.setdefault(fault.pointer or "/", []).append(fault.message)
        raise Invalid(errors) from error


def _open(draft_id: UUID, *, expected_version: int) -> tuple[StandardDraft, DraftContent]:
    draft = StandardDraft.objects.select_for_update(of=("self",)).filter(pk=draft_id).first()
    if draft is None:
        raise NotFound
    if draft.state == PUBLISHED:
        raise Conflict("draft-published", "It is published and does not change any more: begin a new edition.")
    if draft.version != expected_version:
        raise PreconditionFailed(draft.version)
    return draft, content_from_json(draft.content)


def _place(content: DraftContent, *, ref: str) -> int:
    try:
        return place_of(content, ref=ref)
    except KeyError:
        raise NotFound from None


def _body_of(content: DraftContent, *, ref: str) -> dict[str, Any]:
    return requirement_body(content.requirements[place_of(content, ref=ref)])


def _refuse_taken(slug: str, *, taken: bool) -> None:
    if taken:
        raise Conflict("draft-exists", f"A draft of {slug} is open: go on with that, or take another slug.")


def _write(draft: StandardDraft, content: DraftContent) -> None:
    draft.slug, draft.number, draft.title = content.slug, content.number, content.title
    draft.content, draft.requirements = as_json(content), len(content.requirements)


def _save(
    draft: StandardDraft,
    content: DraftContent,
    *,
    event: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> StandardDraft:
    _write(draft, content)
    draft.version += 1
    draft.save(update_fields=["slug", "number", "title", "content", "requirements", "version", "updated_at"])
    audit.record(event, object_type="standard_draft", object_id=draft.pk, before=before, after=after)
    return draft


def _told(draft: StandardDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in ("slug", "number", "title", "origin", "requirements")}
