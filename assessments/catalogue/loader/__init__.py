"""Strict loading of a catalogue folder: every fault is told at once, with file and line. Pure: no Django, no clock."""

from __future__ import annotations

from assessments.catalogue.loader.folder import (
    content_hash,
    files_hash,
    load_standard,
    standard_folders,
)
from assessments.catalogue.loader.vocabulary import load_vocabulary

__all__ = ["content_hash", "files_hash", "load_standard", "load_vocabulary", "standard_folders"]
