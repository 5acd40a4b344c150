from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0007_sources'),
    ]

    operations = [
        migrations.CreateModel(
            name='Bucket',
            fields=[
                ('key', models.CharField(max_length=100, primary_key=True, serialize=False)),
                ('full_at', models.FloatField()),
            ],
        ),
    ]
