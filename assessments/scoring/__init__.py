"""Scoring: from the answers of one assessment to the scores of every node of its standard's tree.

Pure: no database, no clock, no framework. The steps, one file each:

1. ``scale``: what a level is, exactly, and how a score is rounded when (and only when) it is shown.
2. ``layout``: the nodes of a standard laid out as flat arrays, in which every subtree is one span; ``marks``: what a
   standard says of them beside weights (stages, targets, points, critical).
3. ``methods``: what a formula is; ``means`` and ``thresholds`` hold them, ``registry`` knows them by name.
4. ``tree``: ``ScoreTree.build``, done once per standard edition and choice, and shared between threads.
5. ``reading``: the answers of one assessment as columns: who counts, and at how much.
6. ``sheet``: ``score``, the scores of every node and of the whole, and the findings.
7. ``explanation``: ``explain``, why a score is what it is, in rows that re-add to it.

Arithmetic is exact: levels and weights are taken as the decimals they are written as, sums run over integers, and each
figure is rounded once, by the one division that makes it a float. So the order of siblings cannot matter, a chain of
single children keeps its value, and leaves that all stand at 3 give 3 and not 2.999999999999999, which would miss a
target of 3.

What an assessment does not take of a standard (another selection, the other options of an alternative) is left out of
its tree before anything is added; ``include`` of ``score`` looks at a part of a tree that has been built already.
"""

from assessments.scoring.errors import ScoringError
from assessments.scoring.explanation import Explanation, LeftOut, Part, explain
from assessments.scoring.layout import OwnAnswerRule, TreeNode
from assessments.scoring.marks import PARAMETERS
from assessments.scoring.methods import Combined, Given, Method, Term, Terms
from assessments.scoring.reading import LeafState, Measure
from assessments.scoring.registry import known_methods, method_named, register_method
from assessments.scoring.scale import Scale, display, reaches
from assessments.scoring.sheet import Finding, NodeScore, ScoreSheet, score
from assessments.scoring.tree import ScoreTree

__all__ = [
    "PARAMETERS",
    "Combined",
    "Explanation",
    "Finding",
    "Given",
    "LeafState",
    "LeftOut",
    "Measure",
    "Method",
    "NodeScore",
    "OwnAnswerRule",
    "Part",
    "Scale",
    "ScoreSheet",
    "ScoreTree",
    "ScoringError",
    "Term",
    "Terms",
    "TreeNode",
    "display",
    "explain",
    "known_methods",
    "method_named",
    "reaches",
    "register_method",
    "score",
]
