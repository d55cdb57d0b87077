"""Sample snapshots (version 1) for the tests of reports, and for whoever needs a realistic one.

`medical_device_snapshot()` is ISO 13485 as the catalogue has it, answered by a maker of infusion pumps;
`numbered_snapshot(requirements=n)` has any length.  Both are the same at every call.  Change what you need in the
returned dict, then `seal()` it: that works out all scores anew, and the hash.
"""

import hashlib
import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.reports import texts

CATALOGUE = Path(__file__).resolve().parents[2] / "assessments" / "catalogue" / "data"
TAKEN_AT = "2026-11-22T20:00:00Z"
TODAY = "2026-11-22"


LEVELS = (
    ("Incomplete", "Nothing in place, or what exists does not serve the purpose. No evidence can be shown."),
    ("Initial", "Done ad hoc and dependent on particular people; little is written down."),
    ("Managed", "Planned and carried out for some products or units. Records exist but have gaps."),
    ("Defined", "A documented way of working is applied wherever it must be, and records prove it."),
    ("Measured", "The practice is steered with figures, limits and trends that lead to decisions."),
    ("Optimizing", "The practice is improved continually from its own data; needs are anticipated."),
)


def medical_device_snapshot() -> dict[str, Any]:
    """Return a finished, approved assessment against ISO 13485: 72 requirements, four of them not applicable."""
    snapshot: dict[str, Any] = json.loads(_medical_device())
    return snapshot


@cache
def _medical_device() -> str:
    rows = _catalogue_rows("iso-13485-2016")
    title = "Medical devices – Quality management systems"
    return json.dumps(_compose(rows, number="ISO 13485:2016", title=title, seed=13485))


def numbered_snapshot(*, requirements: int, seed: int = 1) -> dict[str, Any]:
    """Return an assessment of a made-up standard: clauses of ten sections of ten requirements each."""
    rows: list[dict[str, Any]] = []
    for position in range(requirements):
        clause, section, item = position // 100 + 1, position // 10 % 10 + 1, position % 10 + 1
        if position % 100 == 0:
            rows.append(_row(f"{clause}", None, 0, f"Chapter {clause} of the practice"))
        if position % 10 == 0:
            rows.append(_row(f"{clause}.{section}", f"{clause}", 1, f"Section {clause}.{section} of the practice"))
        leaf = _row(f"{clause}.{section}.{item}", f"{clause}.{section}", 2, f"Requirement {item} on control of changes")
        leaf["assessable"] = True
        leaf["question"] = "How are changes found, judged and approved before they take effect, and who may do so?"
        leaf["levels"] = {number: f"{criteria} This holds for changes." for number, (_, criteria) in enumerate(LEVELS)}
        rows.append(leaf)
    return _compose(rows, number="Practice 1000", title="A practice of many requirements", seed=seed)


def unanswered(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return the snapshot with every answer taken away, sealed."""
    for requirement in snapshot["requirements"]:
        requirement["answer"] = None
    snapshot.update(actions=[], previous=None)
    snapshot["assessment"].update(state="in_progress", approved_by=None, approved_at=None)
    return seal(snapshot)


def not_applicable(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return the snapshot with every requirement marked as not applicable, sealed."""
    for requirement in leaves(snapshot):
        requirement["answer"].update(applicable=False, level=None, reason="Out of scope.", review=None, evidence=[])
    snapshot.update(actions=[], previous=None)
    return seal(snapshot)


def leaves(snapshot: dict[str, Any]) -> list[dict[str, Any]]:
    return [requirement for requirement in snapshot["requirements"] if requirement["assessable"]]


def seal(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Work out every score from the answers (weighted mean of the leaves) and set the hash; returns the snapshot."""
    below: dict[str, list[dict[str, Any]]] = {item["ref"]: [] for item in snapshot["requirements"]}
    parents = {item["ref"]: item["parent"] for item in snapshot["requirements"]}
    for leaf in leaves(snapshot):
        ref = leaf["ref"]
        while ref is not None:
            below[ref].append(leaf)
            ref = parents[ref]
    for requirement in snapshot["requirements"]:
        requirement["score"] = _score(below[requirement["ref"]], snapshot)
    snapshot["scores"] = _score(leaves(snapshot), snapshot)
    snapshot.pop("sha256", None)
    canonical = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    snapshot["sha256"] = hashlib.sha256(canonical.encode()).hexdigest()
    return snapshot


def _score(nodes: list[dict[str, Any]], snapshot: dict[str, Any]) -> dict[str, Any]:
    applicable = [node for node in nodes if node["answer"] is None or node["answer"]["applicable"]]
    answered = [node for node in applicable if node["answer"] is not None and node["answer"]["level"] is not None]
    weight = sum(node["weight"] for node in answered)

    def mean(value: Any) -> float | None:
        return sum(node["weight"] * value(node["answer"]) for node in answered) / weight if weight else None

    def evidenced(answer: dict[str, Any]) -> float:
        valid = any(not item["valid_until"] or item["valid_until"] >= TODAY for item in answer["evidence"])
        return answer["level"] if valid else 0.0

    def validated(answer: dict[str, Any]) -> float:
        review = answer["review"]
        return review["level"] if review and review["verdict"] == "validated" else 0.0

    goal = snapshot["assessment"]["target"]
    targets = [(node["answer"] or {}).get("target") or goal for node in applicable]
    whole = sum(node["weight"] for node in applicable)
    return {
        "asserted": mean(lambda answer: answer["level"]),
        "evidenced": mean(evidenced),
        "validated": mean(validated),
        "target": sum(targets) / len(targets) if targets and None not in targets else None,
        "coverage": weight / whole if whole else None,
        "answered": len(answered),
        "applicable": len(applicable),
        "total": len(nodes),
    }


def _row(ref: str, parent: str | None, depth: int, title: str) -> dict[str, Any]:
    return {"ref": ref, "parent": parent, "depth": depth, "title": title, "summary": "", "question": "",
            "assessable": False, "weight": 1.0, "themes": ["change"], "levels": {}}  # fmt: skip


def _catalogue_rows(slug: str) -> list[dict[str, Any]]:
    """Read a standard's tree and English texts from the catalogue."""
    folder = CATALOGUE / slug
    prose: dict[str, Any] = {}
    for path in sorted((folder / "en").glob("requirements-*.yaml")):
        prose.update(yaml.safe_load(path.read_text(encoding="utf-8")))
    rows: list[dict[str, Any]] = []

    def walk(nodes: list[dict[str, Any]], parent: str | None, depth: int) -> None:
        for node in nodes:
            words = prose[node["ref"]]
            row = _row(node["ref"], parent, depth, words["title"])
            row.update(summary=words.get("summary", ""), question=words.get("question", ""))
            row.update(assessable=not node.get("children"), levels=words.get("levels", {}))
            rows.append(row)
            walk(node.get("children", []), node["ref"], depth + 1)

    walk(yaml.safe_load((folder / "structure.yaml").read_text(encoding="utf-8"))["requirements"], None, 0)
    return rows


def _compose(rows: list[dict[str, Any]], *, number: str, title: str, seed: int) -> dict[str, Any]:
    chance = random.Random(seed)
    assessable = [row for row in rows if row["assessable"]]
    files = [_file(position) for position in range(max(12, len(assessable) // 4))]
    bias = {row["ref"]: chance.choice((-0.9, -0.3, 0.2, 0.8)) for row in rows if row["parent"] is None}
    for position, row in enumerate(assessable):
        waived = position % 18 == 17
        row["answer"] = _answer(row, chance=chance, files=files, waived=waived, bias=bias[row["ref"].split(".")[0]])
    for row in rows:
        row.setdefault("answer", None)
        row.pop("levels")
    snapshot: dict[str, Any] = {
        "version": 1,
        "taken_at": TAKEN_AT,
        "organisation": {"id": "01939b7e-0000-7000-8000-000000000001", "slug": "halden", "name": "Halden Medical"},
        "assessment": {
            "id": "01939b7e-0000-7000-8000-000000000002", "name": "Conformity and maturity 2026",
            "scope": "Design, production and servicing of infusion pumps and accessories at the sites in Halden and "
            "Gdynia; contract sterilisation as an outsourced process.",
            "period_start": "2026-01-01", "period_end": "2026-10-31", "state": "approved", "revision": 1,
            "lead": texts.PEOPLE[0], "approved_by": "Astrid Berg", "approved_at": "2026-11-20T09:30:00Z",
            "target": 3.5, "language": "en",
        },
        "standard": {
            "slug": number.lower().replace(" ", "-").replace(":", "-"), "number": number, "title": title,
            "publisher": "ISO", "edition": "2016", "content_hash": hashlib.sha256(number.encode()).hexdigest(),
            "method": "weighted_mean",
            "scale": {"slug": "capability-0-5", "minimum": 0, "maximum": 5, "levels": [
                {"level": level, "name": name, "criteria": criteria} for level, (name, criteria) in enumerate(LEVELS)
            ]},
        },
        "people": {},
        "requirements": rows,
        "actions": [],
        "previous": None,
    }  # fmt: skip
    seal(snapshot)
    snapshot["actions"] = _actions(assessable)
    snapshot["previous"] = _previous(snapshot, chance=chance)
    return seal(snapshot)


def _file(position: int) -> dict[str, Any]:
    title, file_name, media_type, size, valid_until = texts.FILES[position % len(texts.FILES)]
    copy = position // len(texts.FILES)
    return {
        "number": f"E-{position + 1:04d}", "title": f"{title}, part {copy + 1}" if copy else title,
        "file_name": file_name, "media_type": media_type, "size": size + copy, "version": 1 + position % 3,
        "sha256": hashlib.sha256(f"{file_name}{copy}".encode()).hexdigest(), "valid_until": valid_until,
    }  # fmt: skip


def _answer(
    row: dict[str, Any], *, chance: random.Random, files: list[dict[str, Any]], waived: bool, bias: float
) -> dict[str, Any]:
    author = chance.choice(texts.PEOPLE)
    answer: dict[str, Any] = {
        "level": None, "target": None, "applicable": not waived,
        "reason": chance.choice(texts.REASONS) if waived else "", "note": "",
        "state": "validated", "answered_by": author, "assignee": author,
        "answered_at": f"2026-{chance.randint(9, 11):02d}-{chance.randint(1, 19):02d}T10:00:00Z", "review": None,
        "evidence": [], "criteria": None, "next_criteria": None,
    }  # fmt: skip
    if waived:
        return answer
    level = max(0, min(5, round(chance.gauss(3.0 + bias, 0.8))))
    answer.update(level=level, note=chance.choice(texts.NOTES), target=4 if chance.random() < 0.2 else None)
    answer.update(criteria=row["levels"].get(level), next_criteria=row["levels"].get(level + 1))
    if chance.random() < 0.85 and level:
        answer["evidence"] = chance.sample(files, k=chance.choice((1, 1, 2, 3)))
    verdict = chance.random()
    if verdict < 0.86:
        confirmed = level - 1 if level > 2 and verdict < 0.08 else level
        answer["review"] = {"verdict": "validated", "level": confirmed, "note": chance.choice(texts.REVIEW_NOTES),
                            "reviewer": texts.REVIEWER, "at": "2026-11-18T14:00:00Z"}  # fmt: skip
    elif verdict < 0.93:
        answer["state"] = "changes_requested"
        answer["review"] = {"verdict": "changes_requested", "level": None, "note": chance.choice(texts.CHANGE_NOTES),
                            "reviewer": texts.REVIEWER, "at": "2026-11-17T14:00:00Z"}  # fmt: skip
    return answer


def _actions(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    weak = [row for row in rows if row["answer"]["level"] is not None and row["answer"]["level"] < 3]
    return [
        {"ref": row["ref"], "title": title, "owner": owner, "due": due, "effort": effort,
         "expected_level": row["answer"]["level"] + gain, "state": "in_progress" if number % 3 == 0 else "planned"}
        for number, (row, (title, owner, due, effort, gain)) in enumerate(zip(weak, texts.ACTIONS, strict=False))
    ]  # fmt: skip


def _previous(snapshot: dict[str, Any], *, chance: random.Random) -> dict[str, Any]:
    def earlier(score: float | None, change: float) -> float | None:
        return None if score is None else max(0.0, score - change)

    now = snapshot["scores"]
    return {
        "taken_at": "2026-05-03T07:00:00Z",
        "scores": {**now, **{key: earlier(now[key], 0.31) for key in ("asserted", "evidenced", "validated")}},
        "groups": {
            item["ref"]: earlier(item["score"]["asserted"], chance.choice((-0.12, 0.02, 0.25, 0.4, 0.6)))
            for item in snapshot["requirements"]
            if item["parent"] is None
        },
    }
