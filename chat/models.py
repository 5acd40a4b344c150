from django.db import models
from django.db.models.functions import Abs
from django.urls import reverse

from .names import MAX_NAME_LENGTH

MAX_TEXT_LENGTH = 8000  # code points
PAGE_SIZE = 50  # messages

# The id of a message in disguise, to sort a room by. Once a room holds 2 % of all messages, PostgreSQL would rather
# walk the primary key than (room, id), and reads the whole table if that room has been quiet lately.
ORDER_IN_ROOM = Abs("id")


class ChatRoomQuerySet(models.QuerySet):
    def locked(self, eid):
        """Return the room, made if new, locked until the caller's transaction ends.

        PostgreSQL draws message ids before the commit. Whoever holds this lock commits before the next one
        draws, so in a room message ids, event ids and commits run the same way, and a reader that asks for
        what comes after an id never misses a smaller one.
        """
        room, _ = self.select_for_update().get_or_create(eid=eid)
        return room


class ChatRoom(models.Model):
    eid = models.CharField("name", max_length=MAX_NAME_LENGTH, unique=True)

    objects = ChatRoomQuerySet.as_manager()

    class Meta:
        verbose_name = "room"

    def __str__(self):
        return self.eid

    def get_absolute_url(self):
        return reverse("room", args=[self.eid])


class ChatMessageQuerySet(models.QuerySet):
    def in_room(self, eid):
        """Return the messages of the room, which need not exist yet."""
        room = ChatRoom.objects.filter(eid=eid).first()
        return self.filter(room=room) if room else self.none()

    def latest_page(self):
        """Return the last 50 messages, newest first."""
        return self.order_by(ORDER_IN_ROOM.desc())[:PAGE_SIZE]


class ChatMessage(models.Model):
    room = models.ForeignKey(ChatRoom, models.CASCADE, related_name="messages", db_index=False)
    user = models.CharField(max_length=MAX_NAME_LENGTH)
    date = models.DateTimeField(auto_now_add=True)
    text = models.TextField(max_length=MAX_TEXT_LENGTH)

    objects = ChatMessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        # The latest page of a room is one short walk along this index, however many messages and rooms there are.
        indexes = (models.Index("room", ORDER_IN_ROOM.desc(), name="chat_message_latest"),)

    def __str__(self):
        return f"{self.user}: {self.text[:60]}"

    @property
    def iso_date(self):
        """The date as `YYYY-MM-DDTHH:MM:SS.mmmZ`: a client exists that crashes on anything else."""
        return self.date.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def to_data(self):
        """Return the message object of the wire: id (int), from, text and date (str)."""
        return {"id": self.id, "from": self.user, "text": self.text, "date": self.iso_date}
