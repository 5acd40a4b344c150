import json

import django.db.models.deletion
from django.db import migrations, models

from chat.conf import conf

BATCH = 1000  # rows
# A log in tables of our own begins later, at 0012_event_log: there are no older events.
LOG = [("django_eventstream", "0001_initial")] if conf.shares_log else []


def remember_events(apps, schema_editor):
    """Note which events announced edits, and the events of old messages, as far as the event log still has them."""
    ChatMessage = apps.get_model("chat", "ChatMessage")
    ChatEdit = apps.get_model("chat", "ChatEdit")
    Event = apps.get_model("django_eventstream", "Event")

    def messages_of(event):
        room = event.channel.removeprefix("room-")
        return ChatMessage.objects.filter(id=message_id(event), room__eid=room)

    edits = Event.objects.filter(type="message-edited", channel__startswith="room-").order_by("id")
    ChatEdit.objects.bulk_create(
        [ChatEdit(message=message, event=event.eid) for event in edits.iterator(BATCH) for message in messages_of(event)],
        batch_size=BATCH,
    )
    if ChatMessage.objects.filter(event=None).exists():  # from before the column
        for event in [*Event.objects.filter(type="message", channel__startswith="room-")]:
            messages_of(event).filter(event=None).update(event=event.eid)


def message_id(event):
    """Return the id of the message in the event's data, None for data of another form."""
    try:
        return int(json.loads(json.loads(event.data))["id"])  # the log keeps JSON within JSON
    except (ValueError, TypeError, KeyError):
        return None


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0003_edits_and_deletions"),
        *LOG,
    ]

    operations = [
        migrations.CreateModel(
            name="ChatEdit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.BigIntegerField()),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="edits", to="chat.chatmessage"
                    ),
                ),
            ],
        ),
        *([migrations.RunPython(remember_events, migrations.RunPython.noop)] if conf.shares_log else []),
    ]
