"""Renderers: from the contents of a report to a file."""
