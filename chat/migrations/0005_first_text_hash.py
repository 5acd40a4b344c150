from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0004_edits"),
    ]

    operations = [
        migrations.AddField(
            model_name="chatmessage",
            name="first_text_hash",
            field=models.BinaryField(max_length=32, null=True),
        ),
    ]
