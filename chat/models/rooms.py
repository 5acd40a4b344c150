"""Rooms."""

from typing import Any

from django.db import models
from django.urls import reverse

from chat.naming import MAX_NAME_LENGTH


class ChatRoom(models.Model):
    # The room's name. (In django-eventstream's tables, `eid` is the number of an event.)
    eid = models.CharField("name", max_length=MAX_NAME_LENGTH, unique=True)
    # A deleted room keeps its name here until its messages are removed. Its eid is then one that nobody can use, so
    # that a new room can have the name at once. Both columns are nullable for the reasons that ChatMessage gives.
    deleted_name = models.CharField(max_length=MAX_NAME_LENGTH, null=True)  # noqa: DJ001
    # The number of the event that announced the deletion.
    deleted_event = models.BigIntegerField(null=True)
    locked = models.DateTimeField(null=True)  # since when only moderators may write, see messages/moderation.py
    slow_s = models.PositiveIntegerField(null=True)  # slow mode: seconds between two messages of one source

    class Meta:
        verbose_name = "room"
        permissions = (("moderate", "Can moderate the chat"),)

    def __str__(self) -> str:
        return self.eid if self.deleted_name is None else f"{self.deleted_name} (being deleted)"

    def get_absolute_url(self) -> str:
        return reverse("chat:room", args=[self.deleted_name or self.eid])

    def to_data(self) -> dict[str, Any]:
        """Return what readers need to know of the room: room (its name), locked (bool) and slow (seconds, 0: not)."""
        return {"room": self.eid, "locked": self.locked is not None, "slow": self.slow_s or 0}

    def retire(self, event: int) -> None:
        """Give the name back and mark the room as deleted; `event` is the number of the event that announces that."""
        self.deleted_name, self.deleted_event, self.eid = self.eid, event, f"/{self.pk}"
        self.save(update_fields=["deleted_name", "deleted_event", "eid"])
