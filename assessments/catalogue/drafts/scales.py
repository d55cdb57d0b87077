"""A scale of the catalogue under its slug, where a draft or a file brings the whole of it along."""

from __future__ import annotations

from dataclasses import replace

from assessments.catalogue.drafts.content import DraftContent, DraftScale
from assessments.catalogue.schema import Scale
from assessments.catalogue.selectors import vocabulary


def with_shared_scales(content: DraftContent) -> DraftContent:
    """The content with the slug in place of each scale that is one of the catalogue's, in the words that are told."""
    scoring = content.scoring
    result = scoring.result if scoring.result is None else shared_or_own(scoring.result)
    return replace(content, scale=shared_or_own(content.scale), scoring=replace(scoring, result=result))


def shared_or_own(scale: str | DraftScale) -> str | DraftScale:
    if isinstance(scale, str):
        return scale
    shared = vocabulary().scales.get(scale.slug)
    return scale.slug if shared is not None and _is(scale, shared) else scale


def _is(scale: DraftScale, shared: Scale) -> bool:
    levels = [(level.level, level.worth) for level in scale.levels]
    if levels != [(level.level, level.worth) for level in shared.levels]:
        return False
    pairs = zip(scale.levels, shared.levels, strict=True)
    return all(level.name.items() <= named.name.items() for level, named in pairs)
