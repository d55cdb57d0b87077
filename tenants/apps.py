from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = "Organisations"

    def ready(self) -> None:
        from tenants import schema  # noqa: F401 - registers itself
        from tenants.services import head_jobs, invitation_mails, leaving_jobs  # noqa: F401 - register the handlers of their jobs
