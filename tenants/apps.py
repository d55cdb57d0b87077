from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = "Organisations"

    def ready(self) -> None:
        from tenants import schema  # noqa: F401 - registers itself
        from tenants.services import invitation_mails  # noqa: F401 - registers the handler of its jobs
