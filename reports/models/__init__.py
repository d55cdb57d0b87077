from reports.models.report import Report, ReportLink, ReportState
from reports.models.schedule import Delivery, DeliveryState, Occurrence, Schedule

__all__ = ["Delivery", "DeliveryState", "Occurrence", "Report", "ReportLink", "ReportState", "Schedule"]
