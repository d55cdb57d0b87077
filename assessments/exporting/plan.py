"""Gaps and planned improvements as an OSCAL plan of action and milestones.

Every requirement below its target, and every one that somebody has planned for, is one item with one risk; its actions
are the risk's responses. The gaps come first, the most pressing first (`assessments.gaps`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from assessments.exporting.oscal import (
    Json,
    NotOurs,
    Props,
    metadata,
    one_line,
    prop,
    props,
    uuid_of,
    without_empty,
)
from assessments.exporting.record import ActionRow, Record
from assessments.exporting.results import answer_props, parties_of
from assessments.exporting.wholes import read_whole, whole_props
from assessments.gaps import Gap, rank_gaps

ROOT: Final = "plan-of-action-and-milestones"
_LIFECYCLE: Final = {"done": "completed", "dropped": "recommendation"}
"""What OSCAL calls an action by our state; `planned` for all others."""


class NothingToPlan(Exception):
    """No gap and no action: OSCAL knows no plan without an item."""


def gaps_of(record: Record) -> list[Gap]:
    """Every answered level below its target, ranked. The level is the asserted one, as everywhere in Plumbline."""
    found = []
    for position, requirement in enumerate(record.requirements):
        row, target = record.answers.get(requirement.ref), record.target_of(requirement.ref)
        if row is not None and row.applicable and row.level is not None and target is not None:
            gap = Gap(ref=requirement.ref, position=position, weight=requirement.weight, level=row.level, target=target)
            found.append(gap)
    return rank_gaps(found)


def build_plan(record: Record) -> Json:
    """{"plan-of-action-and-milestones": …}. Raises NothingToPlan."""
    whole = record.whole
    gaps = {gap.ref: gap for gap in gaps_of(record)}
    planned: dict[str, list[tuple[int, ActionRow]]] = {}
    for place, action in enumerate(record.actions):
        planned.setdefault(action.ref, []).append((place, action))
    titles = {requirement.ref: requirement.title for requirement in record.requirements}
    refs = [*gaps, *(ref for ref in titles if ref in planned and ref not in gaps)]
    refs += [ref for ref in planned if ref not in titles]
    if not refs:
        raise NothingToPlan
    risks, items = [], []
    for rank, ref in enumerate(refs, 1):
        title = one_line(f"{ref} {titles.get(ref, '')}")
        risk = _risk(ref, gap=gaps.get(ref), actions=planned.get(ref, []), record=record, title=title)
        risks.append(risk)
        items.append(
            {
                "uuid": uuid_of("poam-item", whole.id, ref),
                "title": title,
                "description": risk["description"],
                "props": props({"requirement": ref, "rank": rank}),
                "related-risks": [{"risk-uuid": risk["uuid"]}],
            }
        )
    return {
        ROOT: {
            "uuid": uuid_of(ROOT, whole.id, whole.taken_at),
            "metadata": metadata(
                title=f"{whole.name}: plan of action",
                moment=whole.taken_at,
                version=f"{whole.revision}",
                parties=parties_of(record),
                properties=whole_props(whole),
            ),
            "system-id": {"identifier-type": "http://ietf.org/rfc/rfc4122", "id": whole.id},
            "risks": risks,
            "poam-items": items,
        }
    }


def read_plan(document: Mapping[str, Any]) -> tuple[Any, list[Gap], tuple[ActionRow, ...]]:
    """(whole, gaps in their order, actions in theirs), as they were written. Raises NotOurs."""
    try:
        plan = document[ROOT]
        gaps, actions = [], []
        for risk in plan["risks"]:
            said = Props(risk)
            if "gap" in said:
                gaps.append(_read_gap(said))
            actions += [_read_action(said.text("requirement"), one) for one in risk.get("remediations", ())]
        whole = read_whole(Props(plan["metadata"]), holder=plan["metadata"])
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise NotOurs(f"The document lacks {error}.") from error
    return whole, gaps, tuple(action for _, action in sorted(actions, key=lambda pair: pair[0]))


def _risk(ref: str, *, gap: Gap | None, actions: list[tuple[int, ActionRow]], record: Record, title: str) -> Json:
    row = record.answers.get(ref)
    said = (
        f"Level {gap.level:g} is below its target of {gap.target:g}." if gap else "No gap is open here; it is planned."
    )
    own = props({"requirement": ref}) if row is None else answer_props(row, record=record)
    if gap:
        measured = {"gap": gap.distance, "weight": gap.weight, "priority": gap.priority, "position": gap.position}
        own += props(measured | {"gap-level": gap.level, "gap-target": gap.target})
    due = sorted(action.due for _, action in actions if action.due and action.state in {"planned", "in_progress"})
    made = {
        "uuid": uuid_of("risk", record.whole.id, ref),
        "title": title,
        "description": said,
        "statement": said,
        "props": own,
        "status": "open" if gap else "closed",
        "deadline": f"{due[0]}T00:00:00Z" if due else None,
        "remediations": [_response(place, action, record=record) for place, action in actions],
    }
    return without_empty(made)


def _response(place: int, action: ActionRow, *, record: Record) -> Json:
    name = (record.whole.id, action.ref, place)
    task = {
        "uuid": uuid_of("task", *name),
        "type": "action",
        "title": one_line(action.title),
        "timing": {"on-date": {"date": f"{action.due}T00:00:00Z"}} if action.due else None,
    }
    return {
        "uuid": uuid_of("action", *name),
        "lifecycle": _LIFECYCLE.get(action.state, "planned"),
        "title": one_line(action.title),
        "description": action.description or action.title,
        "props": [
            prop("place", place),
            *props(
                {
                    "action-title": action.title, "action-description": action.description, "owner": action.owner,
                    "due": action.due, "effort": action.effort, "expected-level": action.expected_level,
                    "action-state": action.state,
                }
            ),
        ],
        "tasks": [without_empty(task)],
    }  # fmt: skip


def _read_gap(said: Props) -> Gap:
    return Gap(
        ref=said.text("requirement"),
        position=said.whole("position"),
        weight=said.number("weight") or 0.0,
        level=said.number("gap-level") or 0.0,
        target=said.number("gap-target") or 0.0,
    )


def _read_action(ref: str, response: Mapping[str, Any]) -> tuple[int, ActionRow]:
    said = Props(response)
    return said.whole("place"), ActionRow(
        ref=ref,
        title=said.text("action-title"),
        description=said.text("action-description"),
        owner=said.text_or_none("owner"),
        due=said.text_or_none("due"),
        effort=said.text_or_none("effort"),
        expected_level=said.number("expected-level"),
        state=said.text("action-state"),
    )
