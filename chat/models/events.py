"""The event log's two tables.

Up to 1.0.0 they were those of django-eventstream. A site that has data from then goes on with them, without a copy
(CHAT_SHARES_LOG); then that library's own migration has made them. In a host's site they are ours alone, so that the
host's own events and ours do not mix.
"""

from django.db import models

from chat.conf import conf

APP = "django_eventstream" if conf.shares_log else "chat"


class EventCounter(models.Model):
    """How many events a channel has had."""

    id = models.BigAutoField(primary_key=True, serialize=False, verbose_name="ID")
    name = models.CharField(max_length=255, unique=True)
    value = models.BigIntegerField(default=0)
    updated = models.DateTimeField(db_index=True, auto_now=True)

    class Meta:
        db_table = f"{APP}_eventcounter"
        managed = not conf.shares_log
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class LoggedEvent(models.Model):
    """One event of a channel, with its number `eid`. `data` is encoded as JSON twice."""

    id = models.BigAutoField(primary_key=True, serialize=False, verbose_name="ID")
    channel = models.CharField(max_length=255, db_index=True)
    type = models.CharField(max_length=255, db_index=True)
    data = models.TextField()
    eid = models.BigIntegerField(default=0, db_index=True)
    created = models.DateTimeField(db_index=True, auto_now_add=True)

    class Meta:
        db_table = f"{APP}_event"
        managed = not conf.shares_log
        default_permissions = ()
        unique_together = ("channel", "eid")

    def __str__(self) -> str:
        return f"{self.channel}:{self.eid} {self.type}"
