from reports.models.comparison import ComparisonFile, ComparisonFileState
from reports.models.report import Report, ReportLink, ReportState
from reports.models.schedule import Delivery, DeliveryState, Occurrence, Schedule

__all__ = [
    "ComparisonFile",
    "ComparisonFileState",
    "Delivery",
    "DeliveryState",
    "Occurrence",
    "Report",
    "ReportLink",
    "ReportState",
    "Schedule",
]
