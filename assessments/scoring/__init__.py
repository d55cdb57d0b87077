"""Scoring: from the answers of one assessment to the scores of every node of its standard's tree.

Pure: no database, no clock, no framework. The steps, one file each:

1. ``scale``: what a level is, exactly, and how a score is rounded when (and only when) it is shown.
2. ``layout``: the nodes of a standard laid out as flat arrays, in which every subtree is one span.
3. ``methods``: the formulas by which a standard combines its leaves, in a registry.
4. ``tree``: ``ScoreTree.build``, done once per standard edition and shared between threads.
5. ``reading``: the answers of one assessment as columns: who counts, and at how much.
6. ``sheet``: ``score``, the scores of every node and of the whole.
7. ``explanation``: ``explain``, why a score is what it is, in rows that re-add to it.

Arithmetic is exact: levels and weights are taken as the decimals they are written as, sums run over integers, and each
figure is rounded once, by the one division that makes it a float. So the order of siblings cannot matter, a chain of
single children keeps its value, and leaves that all stand at 3 give 3 and not 2.999999999999999, which would miss a
target of 3.

Not here yet, and where it goes: groups of alternatives ("one of") turn leaves off before anything is added, which is a
further mask in ``reading.read``, declared on ``TreeNode``; the methods still missing are listed in ``methods``.
"""

from assessments.scoring.errors import ScoringError
from assessments.scoring.explanation import Explanation, LeftOut, Part, explain
from assessments.scoring.layout import OwnAnswerRule, TreeNode
from assessments.scoring.methods import Method, known_methods, method_named, register_method
from assessments.scoring.reading import LeafState, Measure
from assessments.scoring.scale import Scale, display, reaches
from assessments.scoring.sheet import NodeScore, ScoreSheet, score
from assessments.scoring.tree import ScoreTree

__all__ = [
    "Explanation",
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
    "TreeNode",
    "display",
    "explain",
    "known_methods",
    "method_named",
    "reaches",
    "register_method",
    "score",
]
