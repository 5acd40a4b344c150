from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0013_account'),
    ]

    operations = [
        migrations.CreateModel(
            name='Recheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('room', models.CharField(max_length=64, unique=True)),
                ('number', models.BigIntegerField(default=0)),
                ('ran', models.DateTimeField(db_index=True, null=True)),
                ('waiting', models.BooleanField(default=False)),
            ],
        ),
    ]
