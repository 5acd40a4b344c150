from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0008_buckets'),
    ]

    operations = [
        migrations.CreateModel(
            name='Secret',
            fields=[
                ('name', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('value', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.AlterModelOptions(
            name='chatroom',
            options={'permissions': (('moderate', 'Can moderate the chat'),), 'verbose_name': 'room'},
        ),
        migrations.AddField(
            model_name='chatmessage',
            name='author_hash',
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='chatmessage',
            name='staff',
            field=models.BooleanField(null=True),
        ),
    ]
