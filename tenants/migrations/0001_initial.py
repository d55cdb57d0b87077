# Tables come with their indexes and constraints at once: Django renders the models anew for every operation of its own.

import api.ids
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from tenants.rls import IsolateTable
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.UUIDField(default=api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('slug', models.CharField(max_length=48, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9](?:[a-z0-9-]{1,46}[a-z0-9])$', '3 to 48 small letters, digits and hyphens; neither first nor last a hyphen.')])),
                ('name', models.CharField(max_length=200)),
                ('sector', models.CharField(blank=True, max_length=80)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('creation_key', models.CharField(editable=False, max_length=64, null=True)),
                ('creation_fingerprint', models.CharField(blank=True, editable=False, max_length=64)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('created_by', 'creation_key'), name='tenants_organisation_creation_key')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.UUIDField(default=api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('owner', 'owner'), ('admin', 'admin'), ('assessor', 'assessor'), ('reviewer', 'reviewer'), ('viewer', 'viewer')], max_length=16)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['person'], name='tenants_membership_person')],
                'constraints': [
                    models.UniqueConstraint(fields=('organisation', 'person'), name='tenants_membership_one_per_person'),
                    models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'admin', 'assessor', 'reviewer', 'viewer'])), name='tenants_membership_known_role'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.UUIDField(default=api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=48)),
                ('key', models.CharField(help_text='Names the work: the same key is the same job.', max_length=120)),
                ('payload', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('succeeded', 'Succeeded'), ('failed', 'Failed')], default='queued', max_length=16)),
                ('progress', models.PositiveSmallIntegerField(default=0, help_text='Percent.')),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('fence', models.BigIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('error', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [
                    models.UniqueConstraint(fields=('organisation', 'kind', 'key'), name='tenants_job_key'),
                    models.CheckConstraint(condition=models.Q(('progress__lte', 100)), name='tenants_job_progress'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254)),
                ('offer', models.CharField(help_text='A role, or `outside` for a reviewer of single assessments.', max_length=16)),
                ('token_hash', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('sent_at', models.DateTimeField(help_text='Empty until the worker has handed the mail over.', null=True)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('accepted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'email'], name='tenants_invitation_email')],
                'constraints': [
                    models.UniqueConstraint(fields=('organisation', 'token_hash'), name='tenants_invitation_token'),
                    models.CheckConstraint(condition=models.Q(('offer__in', ['owner', 'admin', 'assessor', 'reviewer', 'viewer', 'outside'])), name='tenants_invitation_known_offer'),
                    models.CheckConstraint(condition=models.Q(('accepted_at__isnull', True), ('revoked_at__isnull', True), _connector='OR'), name='tenants_invitation_accepted_or_revoked'),
                ],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyRecord',
            fields=[
                ('id', models.UUIDField(default=api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('route', models.CharField(max_length=200)),
                ('key', models.CharField(max_length=255)),
                ('fingerprint', models.CharField(help_text='SHA-256 of the request body.', max_length=64)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('body', models.BinaryField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'person', 'route', 'key'), name='tenants_idempotency_key')],
            },
        ),
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('id', models.UUIDField(default=api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField(default=0)),
                ('hash', models.BinaryField(max_length=32)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation',), name='tenants_audithead_one')],
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.UUIDField(default=api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField()),
                ('hash', models.BinaryField(max_length=32)),
                ('at', models.DateTimeField()),
                ('event', models.CharField(max_length=64)),
                ('actor', models.CharField(help_text='`person:<id>`, `key:<id>`, `link:<id>` or `system:<part>`.', max_length=80)),
                ('object_type', models.CharField(max_length=48)),
                ('object_id', models.CharField(max_length=64)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('address', models.CharField(blank=True, max_length=64)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'object_type', 'object_id'], name='tenants_auditevent_object')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'seq'), name='tenants_auditevent_seq')],
            },
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.UUIDField(default=api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('prefix', models.CharField(help_text='The part a person may see, to tell keys apart.', max_length=16)),
                ('secret_hash', models.CharField(max_length=64)),
                ('role', models.CharField(choices=[('owner', 'owner'), ('admin', 'admin'), ('assessor', 'assessor'), ('reviewer', 'reviewer'), ('viewer', 'viewer')], max_length=16)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'prefix'), name='tenants_apikey_prefix')],
            },
        ),
        migrations.CreateModel(
            name='Wakeup',
            fields=[
                ('id', models.UUIDField(default=api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('task', models.CharField(help_text='Name of the Celery task to send.', max_length=48)),
                ('subject_id', models.UUIDField()),
                ('due_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['due_at'], name='tenants_wakeup_due')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'task', 'subject_id'), name='tenants_wakeup_subject')],
            },
        ),
        IsolateTable("Membership", own_rows="person_id"),
        IsolateTable("Invitation"),
        IsolateTable("ApiKey"),
        IsolateTable("AuditHead"),
        IsolateTable("AuditEvent", append_only=True),
        IsolateTable("Job"),
        IsolateTable("IdempotencyRecord"),
    ]
