"""Strict loading of a catalogue folder: every fault is told at once, with file and line. Pure: no Django, no clock."""

from __future__ import annotations

from assessments.catalogue.loader.crosswalks import (
    crosswalk_content_hash,
    crosswalk_files,
    crosswalk_hash,
    load_crosswalks,
)
from assessments.catalogue.loader.folder import files_hash, load_nodes, load_standard, standard_folders
from assessments.catalogue.loader.hashes import content_hash
from assessments.catalogue.loader.records import load_records, records_hash
from assessments.catalogue.loader.vocabulary import load_vocabulary

__all__ = [
    "content_hash",
    "crosswalk_content_hash",
    "crosswalk_files",
    "crosswalk_hash",
    "files_hash",
    "load_crosswalks",
    "load_nodes",
    "load_records",
    "load_standard",
    "load_vocabulary",
    "records_hash",
    "standard_folders",
]
