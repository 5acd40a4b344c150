"""When the streams of a room were last ended so that the policy is asked again."""

from django.db import models

from chat.naming import MAX_NAME_LENGTH


class Recheck(models.Model):
    room = models.CharField(max_length=MAX_NAME_LENGTH, unique=True)  # its name; there may be no such room
    number = models.BigIntegerField(default=0)  # of the last recheck's event
    ran = models.DateTimeField(null=True, db_index=True)
    waiting = models.BooleanField(default=False)  # whether one more has to run

    def __str__(self) -> str:
        return self.room
