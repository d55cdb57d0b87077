# Tables come with their keys, indexes and constraints at once: Django renders the models anew for every operation of its own.

import api.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import tenants.managed
from tenants.rls import IsolateTable
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0008_review_cadence'),
        ('tenants', '0007_mfa_required'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EvidenceRequest',
            fields=[
                ('id', models.UUIDField(default=api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('what', models.CharField(max_length=200)),
                ('message', models.TextField(blank=True)),
                ('refs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), help_text='Requirements the evidence is to back.', size=None)),
                ('email', models.EmailField(max_length=254)),
                ('due_on', models.DateField()),
                ('expires_at', models.DateTimeField()),
                ('files_most', models.PositiveSmallIntegerField()),
                ('bytes_most', models.PositiveBigIntegerField(help_text='Of one file.')),
                ('sending', models.PositiveSmallIntegerField(default=1, help_text='Goes up with every new link.')),
                ('token_hash', models.CharField(max_length=64)),
                ('mail_fault', models.CharField(blank=True, help_text='Why the last mail did not leave, for people.', max_length=300)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('reminded_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('assessment', tenants.managed.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assessments.assessment')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'assessment'], name='assessments_request_assessment')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'token_hash'), name='assessments_evidencerequest_token')],
            },
        ),
        migrations.CreateModel(
            name='RequestedFile',
            fields=[
                ('id', models.UUIDField(default=api.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('note', models.TextField(blank=True, help_text='What it could not be linked to, and why, for people.')),
                ('organisation', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.organisation')),
                ('request', tenants.managed.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assessments.evidencerequest')),
                ('version', tenants.managed.TenantForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assessments.evidenceversion')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['organisation', 'request'], name='assessments_requestedfile_of')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'version'), name='assessments_requestedfile_version')],
            },
        ),
        migrations.AddField(
            model_name='evidenceversion',
            name='sent_by',
            field=models.EmailField(blank=True, help_text='Who sent it by request, without an account.', max_length=254),
        ),
        migrations.AlterField(
            model_name='evidenceversion',
            name='uploaded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='evidenceversion',
            constraint=models.CheckConstraint(condition=models.Q(('uploaded_by__isnull', False), models.Q(('sent_by', ''), _negated=True), _connector='OR'), name='assessments_evidenceversion_comes_from_somebody'),
        ),
        IsolateTable('EvidenceRequest'),
        IsolateTable('RequestedFile'),
    ]
