"""NIST's schemas as the judge: compliance-trestle reads a document as strictly as OSCAL's own tools do."""

from __future__ import annotations

import logging
import re
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import yaml
from trestle.core.validator_factory import validator_factory
from trestle.oscal.assessment_results import AssessmentResults
from trestle.oscal.catalog import Catalog
from trestle.oscal.mapping import MappingCollection
from trestle.oscal.poam import PlanOfActionAndMilestones

MODELS: dict[str, Any] = {
    "catalog": Catalog,
    "assessment-results": AssessmentResults,
    "plan-of-action-and-milestones": PlanOfActionAndMilestones,
    "mapping-collection": MappingCollection,
}
_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
logging.getLogger("trestle").setLevel(logging.WARNING)


def judge(content: bytes, *, folder: Path, form: str = "json") -> Any:
    """The document as trestle reads it. Fails for what the schemas refuse, and what trestle's validators find.

    What YAML says is judged as JSON: trestle's own reader of YAML takes a quarter of a minute for SP 800-53.
    """
    document = orjson.loads(content) if form == "json" else loaded(content)
    file = folder / "document.json"
    file.write_bytes(content if form == "json" else orjson.dumps(document))
    [root] = document
    model = MODELS[root].oscal_read(file)
    assert model is not None
    for mode in ("duplicates", "refs", "links", "catalog"):
        validator = validator_factory.get(Namespace(mode=mode))
        assert validator.model_is_valid(model, quiet=True), mode
    check_references(document[root])
    return model


def loaded(content: bytes) -> Any:
    """What YAML says."""
    return yaml.load(content, Loader=yaml.CSafeLoader)


def check_references(document: dict[str, Any]) -> None:
    """What the schemas cannot say: every id once, and every reference inside the document leads somewhere."""
    ids = [value for name, value in walk(document) if name in {"id", "uuid"} and isinstance(value, str)]
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})[:5]
    known = set(ids)
    for name, value in walk(document):
        if name == "href" and value.startswith("#"):
            assert value[1:] in known, value
        if name in {"observation-uuid", "risk-uuid", "finding-uuid", "actor-uuid"}:
            assert value in known, (name, value)
        if name == "party-uuids":
            assert set(value) <= known


def walk(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        for name, value in part.items():
            yield name, value
            yield from walk(value)
    elif isinstance(part, list):
        for item in part:
            yield from walk(item)
