from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = "Assessments"

    def ready(self) -> None:
        from assessments import moving  # noqa: F401 - says how assessments and evidence travel
        from assessments.selectors.grants import live_grant
        from assessments.services.grants import accept_outside, describe_outside
        from tenants.access import read_outside_grants_with
        from tenants.services.invitations import on_accept_outside

        read_outside_grants_with(live_grant)
        on_accept_outside(accept_outside, describe=describe_outside)
