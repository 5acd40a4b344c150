"""What moderators have done."""

from django.db import models

from chat.naming import MAX_NAME_LENGTH


class Ban(models.Model):
    """Somebody who may not write until then: everybody with this source, and in its room this author."""

    source = models.BinaryField(max_length=16, null=True, db_index=True)
    author_hash = models.BinaryField(max_length=32, null=True, db_index=True)
    until = models.DateTimeField()
    name = models.CharField(max_length=MAX_NAME_LENGTH)  # under which somebody wrote, for moderators

    def __str__(self) -> str:
        return f"{self.name} until {self.until:%Y-%m-%d %H:%M} UTC"


# A message's source and author, and the date now; a row if one of them is banned.
BANNED = f"SELECT 1 FROM {Ban._meta.db_table} WHERE (source = %s OR author_hash = %s) AND until > %s"


class ModerationEntry(models.Model):
    """What a moderator did, for the admin's log."""

    date = models.DateTimeField(auto_now_add=True)
    moderator = models.CharField(max_length=150)
    action = models.CharField(max_length=200)
    room = models.CharField(max_length=MAX_NAME_LENGTH)
    messages = models.PositiveIntegerField(default=0)  # how many it concerned

    class Meta:
        verbose_name = "moderation log entry"
        verbose_name_plural = "moderation log"

    def __str__(self) -> str:
        return f"{self.moderator}: {self.action}"
