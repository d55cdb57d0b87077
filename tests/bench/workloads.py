"""What is asked of the server. A workload makes one plan per client; clients that write have answers of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.bench.dataset import LEVELS, Dataset, changeable
from tests.bench.sizes import SHIPPED, Sizes, organisation_slug
from tests.bench.standards import slug_of

AT_ONCE = 50
Plan = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Workload:
    """`plans` is asked anew before each run, for versions move on. `floor` names the rows of a read (`floors`)."""

    name: str
    title: str
    plans: Callable[[int], list[Plan]]
    floor: str | None = None
    size: int = 0


def all_workloads(data: Dataset, *, sizes: Sizes) -> Iterator[Workload]:
    """In the order they are run: reads before writes, and starting, which adds assessments, in another organisation."""
    main, second = (f"/api/v1/organisations/{organisation_slug(number)}/" for number in (0, 1))
    key = f"Authorization: Bearer {data.key}\r\n"

    def read(name: str, title: str, path: str, *, credentials: str = key, **more: Any) -> Workload:
        plan = {"kind": "read", "method": "GET", "path": path, "credentials": credentials}
        return Workload(name=name, title=title, plans=lambda clients: [plan] * clients, **more)

    yield read("list-20", "list 20 assessments", f"{main}assessments/?page_size=20", floor="list", size=20)
    yield read("list-200", "list 200 assessments", f"{main}assessments/?page_size=200", floor="list", size=200)
    for size in sizes.standards:
        path = f"{main}assessments/{data.whole[size]}/requirements/"
        yield read(f"open-{size}", f"open {size:,} requirements", path, floor="open", size=size)
        yield read(f"open-{size}-texts", "  the same, with all texts", f"{path}?texts=all", floor="open", size=size)
    small = f"{main}assessments/{data.whole[sizes.small]}/requirements/"
    yield read(
        f"open-{sizes.small}-session",
        f"open {sizes.small:,} requirements, signed in by session",
        small,
        credentials=f"Cookie: {data.session}\r\n",
        floor="open",
        size=sizes.small,
    )
    yield read(
        "compare", "compare two standards", f"/api/v1/comparisons/{SHIPPED[0]}/{SHIPPED[1]}/", credentials="",
        floor="compare",
    )  # fmt: skip
    for size in sizes.standards:
        yield _changing(f"patch-{size}", f"change one answer of {size:,}", data, size=size, path=main, key=key)
    yield _changing_many(
        f"bulk-{AT_ONCE}", f"change {AT_ONCE} answers of {sizes.large:,}", data, size=sizes.large, path=main, key=key
    )
    yield Workload(
        name=f"start-{sizes.large}",
        title=f"start an assessment of {sizes.large:,}",
        plans=lambda clients: [
            {
                "kind": "start",
                "path": f"{second}assessments/",
                "body": {"name": "Measured", "standard": slug_of(sizes.large)},
                "number": number,
                "credentials": f"Authorization: Bearer {data.second_key}\r\n",
            }
            for number in range(clients)
        ],
    )


def _changing(name: str, title: str, data: Dataset, *, size: int, path: str, key: str) -> Workload:
    def plans(clients: int) -> list[Plan]:
        return [
            {"kind": "change", "path": f"{path}assessments/{data.whole[size]}/answers/", "versions": versions}
            | {"levels": LEVELS, "credentials": key}
            for versions in _shares(data, data.whole[size], clients=clients)
        ]

    return Workload(name=name, title=title, plans=plans)


def _changing_many(name: str, title: str, data: Dataset, *, size: int, path: str, key: str) -> Workload:
    def plans(clients: int) -> list[Plan]:
        return [
            {"kind": "change-many", "path": f"{path}assessments/{data.whole[size]}/answers/", "levels": LEVELS}
            | {"versions": dict(list(versions.items())[:AT_ONCE]), "credentials": key}
            for versions in _shares(data, data.whole[size], clients=clients)
        ]

    return Workload(name=name, title=title, plans=plans)


def _shares(data: Dataset, assessment_id: UUID, *, clients: int) -> list[Mapping[str, int]]:
    """Ref → version for each client, disjoint: people at work rarely write the same answer at the same moment."""
    answers = changeable(assessment_id, organisation_id=data.main_id)
    return [dict(answers[number::clients]) for number in range(clients)]
