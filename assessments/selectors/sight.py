"""What of an assessment a caller may see, and whom by name: everything and everybody for members; for outside reviewers
the sections of their grant, and of people the parts they play.

Every view that outside reviewers may use (`members_only = False`) asks for a Sight and reads through it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from django.db import connection

from api.problems import NotFound
from assessments.catalogue.editions import Edition, Node, edition
from assessments.catalogue.parts import is_whole
from assessments.models import Assessment
from assessments.scoring import ScoreTree
from assessments.selectors.taken import tree_of
from tenants.access import Access
from tenants.scope import current_organisation

FORMER: Final = "Former member"
FROM_OUTSIDE: Final = "Outside reviewer"

_NAMES = "SELECT id::text, name, email FROM identity_person WHERE id = ANY(%s::uuid[])"
_PARTS = """
SELECT p.id::text, m.role, EXISTS (
  SELECT FROM assessments_reviewgrant g WHERE g.organisation_id = %(organisation)s AND g.user_id = p.id)
FROM unnest(%(people)s::uuid[]) AS p (id)
LEFT JOIN tenants_membership m ON m.organisation_id = %(organisation)s AND m.person_id = p.id
"""


@dataclass(frozen=True)
class Sight:
    """`part`: what the assessment takes of its standard; `tops`: the sections of it that a caller is let into, in
    document order; none for the whole.
    """

    edition: Edition
    part: ScoreTree
    person_id: uuid.UUID
    is_member: bool
    tops: tuple[str, ...] = ()

    @cached_property
    def tree(self) -> ScoreTree:
        """What is scored: what lies elsewhere does not enter any figure that is shown."""
        return branch(self.part, tops=self.tops) if self.tops else self.part

    @property
    def is_whole(self) -> bool:
        """Whether there is nothing to answer that is out of sight."""
        return not self.tops and is_whole(self.edition, tree=self.part)

    def sees(self, ref: str) -> bool:
        return ref in self.tree.nodes

    def node(self, ref: str) -> Node:
        """A requirement in sight, or NotFound: one out of sight is as good as none."""
        if not self.sees(ref):
            raise NotFound
        return self.edition.by_ref[ref]

    def answerable(self, ref: str) -> Node:
        """As `node`, for what can be answered: a heading has no answer."""
        node = self.node(ref)
        if ref not in self.tree.assessable:
            raise NotFound
        return node

    def requirement_ids(self) -> list[uuid.UUID] | None:
        """Ids of the requirements in sight; None for all of them."""
        return None if self.is_whole else [self.edition.by_ref[ref].id for ref in self.tree.assessable]

    def people(self, person_ids: Iterable[str | uuid.UUID | None]) -> dict[str, dict[str, Any]]:
        """Person id as text → {id, name} to show: the person, or for outside reviewers {null, the part they play}.

        One query, or none for nobody.
        """
        wanted = {str(id_) for id_ in person_ids if id_}
        if not wanted:
            return {}
        if self.is_member:
            return {id_: {"id": id_, "name": name} for id_, name in names_of(wanted).items()}
        me = wanted & {str(self.person_id)}
        shown = {id_: {"id": None, "name": part} for id_, part in _parts(wanted - me).items()}
        return shown | {id_: {"id": id_, "name": name} for id_, name in names_of(me).items()}

    def veil(self, bodies: Sequence[dict[str, Any]], *, field: str) -> None:
        """Put parts in the place of people, for outside reviewers; at most two queries for the whole page."""
        if self.is_member:
            return
        shown = self.people(body[field]["id"] for body in bodies)
        for body in bodies:
            body[field] = shown[str(body[field]["id"])]


def sight_of(access: Access, assessment: Assessment) -> Sight:
    """What this caller sees of this assessment. Whether they may see any of it was decided at the door."""
    of, part = edition(assessment.standard_id), tree_of(assessment)
    if access.is_member:
        return Sight(of, part, access.person_id, is_member=True)
    return Sight(of, part, access.person_id, is_member=False, tops=access.grants[assessment.pk].parts)


def branch(tree: ScoreTree, *, tops: Sequence[str]) -> ScoreTree:
    """The parts of a tree at and below `tops`, none of which is below another: elsewhere does not enter the scores.

    A top that the assessment does not take any more holds nothing.
    """
    nodes = [node for top in tops if top in tree.nodes for node in _at_and_below(tree, top=top)]
    return tree.rebuilt(nodes)


def _at_and_below(tree: ScoreTree, *, top: str) -> list[Any]:
    return [replace(tree.nodes[top], parent_ref=None), *(tree.nodes[ref] for ref in tree.descendants(top))]


def names_of(person_ids: Iterable[str | uuid.UUID | None]) -> dict[str, str]:
    """Person id as text → the name to show. One query, or none for nobody."""
    wanted = {str(id_) for id_ in person_ids if id_}
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, [list(wanted)])
        return {id_: name or email.partition("@")[0] for id_, name, email in cursor.fetchall()}


def _parts(person_ids: Iterable[str]) -> Mapping[str, str]:
    """What people are to the organisation in scope, in a word each."""
    wanted = list(person_ids)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, {"organisation": current_organisation(), "people": wanted})
        return {
            id_: role.capitalize() if role else FROM_OUTSIDE if invited else FORMER
            for id_, role, invited in cursor.fetchall()
        }
