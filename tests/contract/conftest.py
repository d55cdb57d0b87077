"""The isolation tests' world: three organisations with a row in every table, and somebody in every part."""

from tests.isolation.conftest import _files_of_the_world, world

__all__ = ["_files_of_the_world", "world"]
