from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0006_retired_rooms'),
    ]

    operations = [
        migrations.AddField(
            model_name='chatmessage',
            name='source',
            field=models.BinaryField(max_length=16, null=True),
        ),
    ]
