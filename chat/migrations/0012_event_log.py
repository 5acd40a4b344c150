from django.db import migrations, models

from chat.conf import conf

# Where the log is in django-eventstream's tables, there is nothing to make: these models are not managed.
APP = "django_eventstream" if conf.shares_log else "chat"


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0011_state'),
    ]

    operations = [
        migrations.CreateModel(
            name='EventCounter',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255, unique=True)),
                ('value', models.BigIntegerField(default=0)),
                ('updated', models.DateTimeField(auto_now=True, db_index=True)),
            ],
            options={
                'db_table': f'{APP}_eventcounter',
                'managed': not conf.shares_log,
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='LoggedEvent',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(db_index=True, max_length=255)),
                ('type', models.CharField(db_index=True, max_length=255)),
                ('data', models.TextField()),
                ('eid', models.BigIntegerField(db_index=True, default=0)),
                ('created', models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
            options={
                'db_table': f'{APP}_event',
                'managed': not conf.shares_log,
                'default_permissions': (),
                'unique_together': {('channel', 'eid')},
            },
        ),
    ]
