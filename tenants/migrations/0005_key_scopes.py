from django.db import migrations, models

# The roles keys had become scopes. Rewritten by ALTER TABLE: an UPDATE, even the owner's, would see no row of any
# organisation.
_TO_SCOPES = """
ALTER TABLE tenants_apikey ALTER COLUMN scope TYPE varchar(16)
USING CASE scope WHEN 'owner' THEN 'admin' WHEN 'admin' THEN 'admin' WHEN 'viewer' THEN 'read' ELSE 'assess' END
"""
_TO_ROLES = """
ALTER TABLE tenants_apikey ALTER COLUMN scope TYPE varchar(16)
USING CASE scope WHEN 'admin' THEN 'admin' WHEN 'read' THEN 'viewer' ELSE 'assessor' END
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0004_invitation_mails")]

    operations = [
        migrations.RenameField("apikey", "role", "scope"),
        migrations.RunSQL(_TO_SCOPES, _TO_ROLES),
        migrations.AlterField(
            "apikey",
            "scope",
            models.CharField(choices=[("read", "read"), ("assess", "assess"), ("admin", "admin")], max_length=16),
        ),
        migrations.AddConstraint(
            "apikey",
            models.CheckConstraint(
                condition=models.Q(scope__in=["read", "assess", "admin"]), name="tenants_apikey_known_scope"
            ),
        ),
    ]
