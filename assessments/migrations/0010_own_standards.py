from django.db import migrations, models

from tenants.sharing import BindToShared

# What a grant says of its assessment, as in 0003, and now of the standard too: that of an organisation cannot be read by
# a person who looks over the grants they hold in several organisations.
_DESCRIBE = """
CREATE OR REPLACE FUNCTION assessments_reviewgrant_describe() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  SELECT a.name, a.state, a.standard_id INTO NEW.assessment_name, NEW.assessment_state, NEW.standard_id
  FROM assessments_assessment a WHERE a.organisation_id = NEW.organisation_id AND a.id = NEW.content_object_id
  FOR SHARE;
  SELECT s.slug, s.number, s.title INTO NEW.standard_slug, NEW.standard_number, NEW.standard_title
  FROM catalogue_standard s WHERE s.id = NEW.standard_id;
  NEW.assessment_name := coalesce(NEW.assessment_name, '');
  NEW.assessment_state := coalesce(NEW.assessment_state, '');
  NEW.standard_slug := coalesce(NEW.standard_slug, '');
  NEW.standard_number := coalesce(NEW.standard_number, '');
  NEW.standard_title := coalesce(NEW.standard_title, '');
  RETURN NEW;
END $$;
"""
# As in 0003: the tables' owner belongs to no organisation, and for this statement the policies do not hold for it.
_BACKFILL = """
ALTER TABLE assessments_reviewgrant NO FORCE ROW LEVEL SECURITY;
UPDATE assessments_reviewgrant g SET standard_slug = s.slug, standard_number = s.number, standard_title = s.title
FROM catalogue_standard s WHERE s.id = g.standard_id;
ALTER TABLE assessments_reviewgrant FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0009_evidence_requests'),
        ('catalogue', '0005_organisations_own'),
    ]

    operations = [
        migrations.AddField(
            model_name='reviewgrant',
            name='standard_number',
            field=models.CharField(db_default='', default='', editable=False, max_length=80),
        ),
        migrations.AddField(
            model_name='reviewgrant',
            name='standard_slug',
            field=models.CharField(db_default='', default='', editable=False, help_text='Likewise, as the next two: outside the organisation nobody can read its own standards.', max_length=80),
        ),
        migrations.AddField(
            model_name='reviewgrant',
            name='standard_title',
            field=models.CharField(db_default='', default='', editable=False, max_length=300),
        ),
        BindToShared('assessment', 'standard'),
        BindToShared('answer', 'requirement'),
        BindToShared('action', 'requirement'),
        BindToShared('reviewgrant', 'standard'),
        migrations.RunSQL(_DESCRIBE + _BACKFILL, migrations.RunSQL.noop),
    ]
