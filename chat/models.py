import hashlib

from django.db import models
from django.db.models.functions import Abs
from django.db.models.lookups import GreaterThan, LessThan
from django.urls import reverse

from .names import MAX_NAME_LENGTH

MAX_TEXT_LENGTH = 8000  # code points
MAX_KEY_LENGTH = MAX_TAG_LENGTH = 64  # code points
PAGE_SIZE = 50  # messages
MAX_PAGE_SIZE = 200

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

    def newest_first(self):
        return self.order_by(ORDER_IN_ROOM.desc())

    def before(self, message_id):
        """Return the messages before this id, newest first."""
        return self.filter(LessThan(ORDER_IN_ROOM, message_id)).newest_first()

    def after(self, message_id):
        """Return the messages after this id, oldest first."""
        return self.filter(GreaterThan(ORDER_IN_ROOM, message_id)).order_by(ORDER_IN_ROOM.asc())

    def sent_with(self, key):
        """Return the message that was sent with this key (str), or None; None too for no key."""
        return self.filter(key_hash=hash_of(key)).first() if key else None


class ChatMessage(models.Model):
    room = models.ForeignKey(ChatRoom, models.CASCADE, related_name="messages", db_index=False)
    user = models.CharField(max_length=MAX_NAME_LENGTH)
    date = models.DateTimeField(auto_now_add=True)
    text = models.TextField(max_length=MAX_TEXT_LENGTH)
    # Whoever knows the key is the sender, so it is told to nobody; the tag is told to everybody.
    key_hash = models.BinaryField(max_length=32, null=True)
    # Nullable, both: SQLite adds such columns without making the table anew, which would let it give away the ids of
    # deleted messages again; and while new workers take over, old ones write rows without them.
    tag = models.CharField(max_length=MAX_TAG_LENGTH, null=True)  # noqa: DJ001

    objects = ChatMessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        # The latest page of a room is one short walk along this index, however many messages and rooms there are.
        indexes = (models.Index("room", ORDER_IN_ROOM.desc(), name="chat_message_latest"),)
        constraints = (
            models.UniqueConstraint(
                fields=("room", "key_hash"), condition=models.Q(key_hash__isnull=False), name="chat_message_key"
            ),
        )

    def __str__(self):
        return f"{self.user}: {self.text[:60]}"

    @property
    def iso_date(self):
        """The date as `YYYY-MM-DDTHH:MM:SS.mmmZ`: a client exists that crashes on anything else."""
        return self.date.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def to_data(self):
        """Return the message object of the wire: id (int), from, text, date and, if it has one, its tag (str)."""
        data = {"id": self.id, "from": self.user, "text": self.text, "date": self.iso_date}
        return {**data, "tag": self.tag} if self.tag else data


def hash_of(key):
    """Return what is kept of a key (str): 32 bytes."""
    return hashlib.sha256(key.encode()).digest()
