"""What a report says, worked out from a frozen snapshot alone: pure, without Django, clock or look-ups.

Call `build_contents(snapshot)`; hand the result to a renderer (`reports.rendering.pdf`).
"""

from reports.contents.build import ReportOptions, build_contents
from reports.contents.document import ReportContents
from reports.contents.fields import SnapshotMalformedError

__all__ = ["ReportContents", "ReportOptions", "SnapshotMalformedError", "build_contents"]
