"""Charts as SVG text: pure functions of numbers and labels, drawn for print.

Every chart carries a title and a description, keeps its text as text, and reads the same in grey.  Labels are
escaped here: what is returned is safe to place in a document as it is.
"""

from reports.charts.bars import Bar, draw_cell, draw_clauses, draw_legend, draw_standing
from reports.charts.drawing import Axis
from reports.charts.shares import Step, draw_coverage, draw_levels

__all__ = [
    "Axis",
    "Bar",
    "Step",
    "draw_cell",
    "draw_clauses",
    "draw_coverage",
    "draw_legend",
    "draw_levels",
    "draw_standing",
]
