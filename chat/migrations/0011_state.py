import secrets

from django.db import migrations, models


def begin(apps, schema_editor):
    apps.get_model("chat", "ChatState").objects.create(id=1, history=secrets.token_hex(6))


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0010_moderation'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChatState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('history', models.CharField(max_length=16)),
                ('paused', models.CharField(max_length=200, null=True)),
            ],
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
