"""The forms that an OSCAL document is written in: JSON, YAML and XML, of which the last two say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
import yaml

from assessments.exporting.markup import xml_of

FORMS: Final = ("json", "yaml", "xml")


def written(document: Mapping[str, Any], form: str) -> bytes:
    """The document in one of FORMS."""
    if form == "json":
        return orjson.dumps(document)
    if form == "xml":
        return xml_of(document)
    writer = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return yaml.dump(document, Dumper=writer, sort_keys=False, allow_unicode=True, encoding="utf-8", width=120)
