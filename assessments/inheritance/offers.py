"""All routes to every open requirement, the best first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assessments.catalogue.crosswalk import LinkGroup, Side
from assessments.inheritance.routes import Given, Requirement, Route, route_from_itself, route_over_link

MOST_ROUTES: Final = 5
"""Shown of one offer, the best first."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """A crosswalk read from a standard with answers to the one assessed here.

    of      whose it is: public, or the organisation's own
    used    positions of the groups that lead here; None: of all that count
    """

    name: str
    standard: str
    groups: Sequence[LinkGroup]
    rationales: Sequence[str]
    succession: bool
    source: Side
    target: Side
    of: str = "public"
    used: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What could be answered at `ref`, by the first of the routes."""

    ref: str
    routes: tuple[Route, ...]

    @property
    def best(self) -> Route:
        return self.routes[0]


def offers(
    requirements: Iterable[Requirement],
    *,
    own: Mapping[str, Sequence[tuple[Given, bool, bool]]],
    bridges: Sequence[Bridge],
    given: Mapping[tuple[str, str], Given],
    counts: Callable[[Given], bool] = lambda _: True,
) -> list[Offer]:
    """An offer for every requirement that a route leads to, in the given order.

    own      ref → answers to the requirement of that ref in states of this standard: (given, unchanged, same edition)
    given    (standard, ref) → the newest answer in other standards
    counts   whether an answer may be passed on over a link: one that came over a link itself may not, since chains of
             links are mostly wrong
    """
    wanted = {requirement.ref: requirement for requirement in requirements}
    routes: dict[str, list[Route]] = {
        ref: [
            route_from_itself(found, to=wanted[ref], unchanged=unchanged, same_edition=same)
            for found, unchanged, same in own.get(ref, ())
        ]
        for ref in wanted
    }
    for bridge in bridges:
        usable = {
            ref: found for (standard, ref), found in given.items() if standard == bridge.standard and counts(found)
        }
        _cross(bridge, usable=usable, wanted=wanted, routes=routes)
    return [
        Offer(ref, tuple(sorted(found, key=lambda route: route.rank)[:MOST_ROUTES]))
        for ref, found in routes.items()
        if found
    ]


def _cross(
    bridge: Bridge,
    *,
    usable: Mapping[str, Given],
    wanted: Mapping[str, Requirement],
    routes: dict[str, list[Route]],
) -> None:
    for number, group in enumerate(bridge.groups):
        if not group.counts or (bridge.used is not None and number not in bridge.used):
            continue
        asked = sorted(bridge.source.stands_for(group.source))
        answered = [usable[ref] for ref in asked if ref in usable and usable[ref].applicable]
        missing = _unanswered(asked, usable=usable)
        targets = bridge.target.stands_for(group.target) & wanted.keys() if answered else ()
        for ref in targets:
            route = route_over_link(
                group,
                name=bridge.name,
                of=bridge.of,
                number=number,
                givens=answered,
                missing=missing,
                rationale=bridge.rationales[number],
                succession=bridge.succession,
                to=wanted[ref],
            )
            if route is not None:
                routes[ref].append(route)


def _unanswered(asked: Collection[str], *, usable: Mapping[str, Given]) -> list[str]:
    """What has no level: unanswered, or held not to apply there, which says nothing about here."""
    return [ref for ref in asked if ref not in usable or usable[ref].level is None]
