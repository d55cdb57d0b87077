"""An assessment as OSCAL assessment-results: a finding for every answer, an observation for what it rests on.

OSCAL has no place for maturity, so it travels in properties of ours on the finding, or, where nothing can be judged
yet, on the observation. `read_results` gives back every row that was written.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any, Final

from assessments.exporting.judgement import Judgement, judge
from assessments.exporting.oscal import (
    Json,
    NotOurs,
    Props,
    control_id,
    metadata,
    one_line,
    party,
    prop,
    props,
    ref_of,
    resources,
    statement_id,
    uuid_of,
    without_empty,
)
from assessments.exporting.record import AnsweredRow, EvidenceRow, Record, ReviewRow
from assessments.exporting.wholes import read_whole, whole_props

ROOT: Final = "assessment-results"
_ANSWER: Final = {
    "answer-state": "state",
    "maturity-level": "level",
    "target-level": "target",
    "applicable": "applicable",
    "not-applicable-reason": "reason",
    "note": "note",
    "answered-by": "answered_by",
    "assignee": "assignee",
    "answered-at": "answered_at",
}
"""Property → member of AnsweredRow."""


def build_results(record: Record, *, catalog_href: str) -> Json:
    """{"assessment-results": …}. `catalog_href`: where the standard's catalog is to be had."""
    whole = record.whole
    scope, catalog = uuid_of("scope", whole.id), uuid_of("catalog-of", whole.id)
    titles = {requirement.ref: requirement.title for requirement in record.requirements}
    judged = {ref: judge(row, of=record) for ref, row in record.answers.items()}
    observations = [
        _observation(row, record=record, judged=judged[ref] is not None)
        for ref, row in record.answers.items()
        if row.evidence or judged[ref] is None
    ]
    findings = [
        _finding(row, judgement=found, record=record, title=titles[ref])
        for ref, row in record.answers.items()
        if (found := judged[ref]) is not None
    ]
    result = {
        "uuid": uuid_of("result", whole.id, whole.taken_at),
        "title": one_line(whole.name),
        "description": f"Self-assessment against {whole.number}, as it stood at {whole.taken_at}.",
        "start": f"{whole.period_start}T00:00:00Z" if whole.period_start else whole.taken_at,
        "end": whole.taken_at if not whole.period_start or whole.period_start <= whole.taken_at[:10] else None,
        "props": whole_props(whole),
        "reviewed-controls": {
            "description": "Everything in the assessment that can be answered.",
            "control-selections": [
                {"include-controls": [{"control-id": control_id(one.ref)} for one in record.requirements]}
            ],
        },
        "observations": observations,
        "findings": findings,
    }
    return {
        ROOT: {
            "uuid": uuid_of(ROOT, whole.id, whole.taken_at),
            "metadata": metadata(
                title=f"{whole.name}: assessment results",
                moment=whole.taken_at,
                version=f"{whole.revision}",
                parties=parties_of(record),
                properties=[prop("standard", whole.standard)],
            ),
            "import-ap": {"href": f"#{scope}", "remarks": "There is no assessment plan; the scope stands for it."},
            "results": [without_empty(result)],
            "back-matter": {
                "resources": [
                    _scope(record, uuid=scope),
                    _catalog(record, uuid=catalog, href=catalog_href),
                    *evidence_resources(record.answers.values(), record=record),
                ]
            },
        }
    }


def read_results(document: Mapping[str, Any]) -> tuple[Any, tuple[str, ...], dict[str, AnsweredRow]]:
    """(whole, refs of all that could be answered, answers by ref), as they were written. Raises NotOurs."""
    try:
        result = document[ROOT]["results"][0]
        files = {one["uuid"]: one for one in resources(document[ROOT])}
        selections = result["reviewed-controls"]["control-selections"]
        refs = tuple(ref_of(one["control-id"]) for entry in selections for one in entry["include-controls"])
        rows: dict[str, AnsweredRow] = {}
        evidence: dict[str, tuple[EvidenceRow, ...]] = {}
        for holder in (*result.get("observations", ()), *result.get("findings", ())):
            said = Props(holder)
            if "relevant-evidence" in holder:
                found = (files[one["href"].removeprefix("#")] for one in holder["relevant-evidence"])
                evidence[said.text("requirement")] = tuple(_read_evidence(one) for one in found)
            if "answer-state" in said:
                rows[said.text("requirement")] = _read_answer(said, review=Props(holder, group="review"))
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise NotOurs(f"The document lacks {error}.") from error
    with_files = {
        ref: AnsweredRow(**{name: getattr(row, name) for name in _ROW} | {"evidence": evidence.get(ref, ())})
        for ref, row in rows.items()
    }
    return read_whole(Props(result), holder=result), refs, {ref: with_files[ref] for ref in refs if ref in with_files}


_ROW = tuple(AnsweredRow.__dataclass_fields__)


def parties_of(record: Record) -> list[Json]:
    whole = record.whole
    found = [party(whole.organisation, role="assessed", role_title="Organisation that was assessed")]
    if whole.lead:
        found.append(party(whole.lead, role="lead", role_title="Lead of the assessment", kind="person"))
    return found


def answer_props(row: AnsweredRow, *, record: Record) -> list[Json]:
    """Everything about an answer but its evidence."""
    made = props({"requirement": row.ref} | {name: getattr(row, member) for name, member in _ANSWER.items()})
    made += props({"scale": record.whole.scale.slug, "validated-level": row.validated_level})
    if record.target_of(row.ref) is not None:
        made.append(prop("effective-target-level", record.target_of(row.ref)))
    if row.review is not None:
        said = {"verdict": row.review.verdict, "review-level": row.review.level, "review-note": row.review.note}
        made += props(said | {"reviewer": row.review.reviewer, "reviewed-at": row.review.at}, group="review")
    return made


def _read_answer(said: Props, *, review: Props) -> AnsweredRow:
    return AnsweredRow(
        ref=said.text("requirement"),
        state=said.text("answer-state"),
        level=said.number("maturity-level"),
        target=said.number("target-level"),
        applicable=said.flag("applicable"),
        reason=said.text("not-applicable-reason"),
        note=said.text("note"),
        answered_by=said.text_or_none("answered-by"),
        assignee=said.text_or_none("assignee"),
        answered_at=said.text_or_none("answered-at"),
        review=None
        if "verdict" not in review
        else ReviewRow(
            verdict=review.text("verdict"),
            level=review.number("review-level"),
            note=review.text("review-note"),
            reviewer=review.text_or_none("reviewer"),
            at=review.text("reviewed-at"),
        ),
    )


def _finding(row: AnsweredRow, *, judgement: Judgement, record: Record, title: str) -> Json:
    target = {
        "type": "statement-id",
        "target-id": statement_id(row.ref),
        "title": one_line(title),
        "status": {"state": judgement.state, "reason": judgement.reason, "remarks": judgement.sentence},
    }
    if not row.applicable:
        target["implementation-status"] = {"state": "not-applicable", "remarks": row.reason}
    made = {
        "uuid": finding_uuid(record, row.ref),
        "title": one_line(f"{row.ref} {title}"),
        "description": judgement.sentence,
        "props": answer_props(row, record=record),
        "target": target,
        "related-observations": [{"observation-uuid": _observation_uuid(record, row.ref)}] if row.evidence else [],
    }
    return without_empty(made)


def finding_uuid(record: Record, ref: str) -> str:
    return uuid_of("finding", record.whole.id, ref)


def _observation_uuid(record: Record, ref: str) -> str:
    return uuid_of("observation", record.whole.id, ref)


def _observation(row: AnsweredRow, *, record: Record, judged: bool) -> Json:
    made = {
        "uuid": _observation_uuid(record, row.ref),
        "description": f"What is kept for {row.ref}." if judged else f"{row.ref} is not answered yet.",
        "props": props({"requirement": row.ref}) if judged else answer_props(row, record=record),
        "methods": ["EXAMINE" if row.evidence else "UNKNOWN"],
        "relevant-evidence": [
            {"href": f"#{_evidence_uuid(file, record=record)}", "description": f"{file.number} {file.title}"}
            for file in row.evidence
        ],
        "collected": row.answered_at or record.whole.taken_at,
    }
    return without_empty(made)


def _evidence_uuid(file: EvidenceRow, *, record: Record) -> str:
    return uuid_of("evidence", record.whole.organisation_slug, file.number, file.version, file.sha256)


def evidence_resources(rows: Iterable[AnsweredRow], *, record: Record) -> list[Json]:
    """Each file once, named by its hash (RFC 6920): nothing here opens it."""
    files = {_evidence_uuid(file, record=record): file for row in rows for file in row.evidence}
    return [
        {
            "uuid": uuid,
            "title": one_line(f"{file.number} {file.title}"),
            "props": props(
                {
                    "evidence": file.number, "evidence-title": file.title, "file-name": file.file_name,
                    "media-type": file.media_type, "size": file.size, "evidence-version": file.version,
                    "valid-until": file.valid_until,
                }
            ),
            "rlinks": [
                {
                    "href": f"ni:///sha-256;{_base64url(file.sha256)}",
                    "hashes": [{"algorithm": "SHA-256", "value": file.sha256}],
                }
            ],
        }
        for uuid, file in files.items()
    ]  # fmt: skip


def _base64url(digest: str) -> str:
    return base64.urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip("=")


def _read_evidence(one: Mapping[str, Any]) -> EvidenceRow:
    said = Props(one)
    return EvidenceRow(
        number=said.text("evidence"),
        title=said.text("evidence-title"),
        file_name=said.text("file-name"),
        media_type=said.text("media-type"),
        size=said.whole("size"),
        sha256=one["rlinks"][0]["hashes"][0]["value"],
        version=said.whole("evidence-version"),
        valid_until=said.text_or_none("valid-until"),
    )


def _scope(record: Record, *, uuid: str) -> Json:
    said = record.whole.scope or "No scope is stated."
    return {"uuid": uuid, "title": "Scope of the assessment", "description": said}


def _catalog(record: Record, *, uuid: str, href: str) -> Json:
    whole = record.whole
    return {
        "uuid": uuid,
        "title": one_line(f"Catalog of {whole.number}"),
        "props": props({"standard": whole.standard, "content-hash": whole.content_hash}),
        "rlinks": [{"href": href, "media-type": "application/json"}],
    }
