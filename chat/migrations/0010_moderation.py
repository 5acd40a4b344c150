from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0009_authors'),
    ]

    operations = [
        migrations.CreateModel(
            name='Ban',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.BinaryField(db_index=True, max_length=16, null=True)),
                ('author_hash', models.BinaryField(db_index=True, max_length=32, null=True)),
                ('until', models.DateTimeField()),
                ('name', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='ModerationEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateTimeField(auto_now_add=True)),
                ('moderator', models.CharField(max_length=150)),
                ('action', models.CharField(max_length=200)),
                ('room', models.CharField(max_length=64)),
                ('messages', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'moderation log entry',
                'verbose_name_plural': 'moderation log',
            },
        ),
        migrations.AddField(
            model_name='chatroom',
            name='locked',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='chatroom',
            name='slow_s',
            field=models.PositiveIntegerField(null=True),
        ),
    ]
