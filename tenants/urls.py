from django.urls import include, path

from tenants.views import api_keys, invitations, leaving, members, organisations, trail

_of_one = [
    path("", organisations.OrganisationView.as_view(), name="organisation"),
    path("languages/", organisations.LanguagesView.as_view(), name="languages"),
    path("sign-in/", organisations.SignInView.as_view(), name="sign-in"),
    path("members/", members.MembersView.as_view(), name="members"),
    path("members/<uuid:person_id>/", members.MemberView.as_view(), name="member"),
    path("ownership/", members.OwnershipView.as_view(), name="ownership"),
    path("invitations/", invitations.InvitationsView.as_view(), name="invitations"),
    path("invitations/upload/", invitations.InvitationListView.as_view(), name="invitations-upload"),
    path("invitations/accept/", invitations.InvitationAcceptView.as_view(), name="invitation-accept"),
    path("invitations/<uuid:invitation_id>/", invitations.InvitationView.as_view(), name="invitation"),
    path(
        "invitations/<uuid:invitation_id>/resend/", invitations.InvitationResendView.as_view(), name="invitation-resend"
    ),
    path("api-keys/", api_keys.ApiKeysView.as_view(), name="api-keys"),
    path("api-keys/<uuid:key_id>/", api_keys.ApiKeyView.as_view(), name="api-key"),
    path("exports/", leaving.ExportsView.as_view(), name="exports"),
    path("exports/<uuid:export_id>/", leaving.ExportView.as_view(), name="export"),
    path("exports/<uuid:export_id>/link/", leaving.ExportLinkView.as_view(), name="export-link"),
    path("exports/<uuid:export_id>/file/<str:token>/", leaving.ExportFileView.as_view(), name="export-file"),
    path("closing/", leaving.ClosingView.as_view(), name="closing"),
    path("audit-events/", trail.AuditEventsView.as_view(), name="audit-events"),
    path("audit-events/export/", trail.AuditExportView.as_view(), name="audit-export"),
    path("audit-heads/", trail.SignedHeadsView.as_view(), name="audit-heads"),
    path("audit-heads/mail/", trail.HeadMailView.as_view(), name="audit-head-mail"),
    path("audit-heads/<uuid:head_id>/", trail.SignedHeadView.as_view(), name="audit-head-file"),
    path("audit-head/", trail.AuditHeadView.as_view(), name="audit-head"),
    path("jobs/<uuid:job_id>/", trail.JobView.as_view(), name="job"),
]

urlpatterns = [
    path("organisations/", organisations.OrganisationsView.as_view(), name="organisations"),
    path("organisations/<slug:slug>/", include(_of_one)),
]
