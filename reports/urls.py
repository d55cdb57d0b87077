from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from reports.views import links, reports, schedules

_of_one_report = [
    path("", reports.ReportView.as_view(), name="report"),
    path("file/", reports.ReportFileView.as_view(), name="report-file"),
    path("links/", links.ReportLinksView.as_view(), name="report-links"),
    path("links/<uuid:link_id>/", links.ReportLinkView.as_view(), name="report-link"),
]
_of_one_schedule = [
    path("", schedules.ScheduleView.as_view(), name="schedule"),
    path("run/", schedules.ScheduleRunView.as_view(), name="schedule-run"),
    path("occurrences/", schedules.OccurrencesView.as_view(), name="occurrences"),
    path("deliveries/", schedules.DeliveriesView.as_view(), name="deliveries"),
]
_of_one_organisation: list[URLPattern | URLResolver] = [
    path("reports/", reports.ReportsView.as_view(), name="reports"),
    path("reports/<uuid:report_id>/", include(_of_one_report)),
    path("report-links/<str:token>/", links.OpenLinkView.as_view(), name="report-link-open"),
    path("schedules/", schedules.SchedulesView.as_view(), name="schedules"),
    path("schedules/<uuid:schedule_id>/", include(_of_one_schedule)),
]

urlpatterns = [path("organisations/<slug:slug>/", include(_of_one_organisation))]
