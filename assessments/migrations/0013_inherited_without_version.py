from django.db import migrations


class Migration(migrations.Migration):
    """Nothing asks by version whether an answer says what came: sending and reviewing it raised that too."""

    dependencies = [
        ("assessments", "0012_standard_imports"),
    ]

    operations = [
        migrations.RemoveField(model_name="inheritedanswer", name="answer_version"),
    ]
