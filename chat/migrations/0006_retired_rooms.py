from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0005_first_text_hash"),
    ]

    operations = [
        migrations.AddField(
            model_name="chatroom",
            name="deleted_event",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="chatroom",
            name="deleted_name",
            field=models.CharField(max_length=64, null=True),
        ),
    ]
