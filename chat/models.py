import hashlib
from secrets import compare_digest

from django.db import connection, models
from django.db.models.functions import Abs
from django.db.models.lookups import GreaterThan, LessThan
from django.urls import reverse
from django.utils import timezone

from .names import MAX_NAME_LENGTH

MAX_TEXT_LENGTH = 8000  # code points
MAX_KEY_LENGTH = MAX_TAG_LENGTH = 64  # code points
PAGE_SIZE = 50  # messages
MAX_PAGE_SIZE = 200

# The id of a message in disguise, to sort a room by. Once a room holds 2 % of all messages, PostgreSQL would rather
# walk the primary key than (room, id), and reads the whole table if that room has been quiet lately.
ORDER_IN_ROOM = Abs("id")


class ChatRoom(models.Model):
    eid = models.CharField("name", max_length=MAX_NAME_LENGTH, unique=True)

    class Meta:
        verbose_name = "room"

    def __str__(self):
        return self.eid

    def get_absolute_url(self):
        return reverse("room", args=[self.eid])


class ChatMessageQuerySet(models.QuerySet):
    def in_room(self, eid):
        """Return the messages of the room, which need not exist yet, and the tombstones of deleted ones."""
        room = ChatRoom.objects.filter(eid=eid).first()
        return self.filter(room=room) if room else self.none()

    def standing(self):
        """Return those that have not been deleted."""
        return self.filter(deleted=None)

    def newest_first(self):
        """Return the standing messages, newest first."""
        return self.standing().order_by(ORDER_IN_ROOM.desc())

    def before(self, message_id):
        """Return the standing messages before this id, newest first."""
        return self.filter(LessThan(ORDER_IN_ROOM, _big(message_id))).newest_first()

    def after(self, message_id):
        """Return the standing messages after this id, oldest first."""
        return self.standing().filter(GreaterThan(ORDER_IN_ROOM, _big(message_id))).order_by(ORDER_IN_ROOM.asc())

    def changed_after(self, event_number):
        """Return what was edited or deleted after this event of the room, in the order of the last changes."""
        return self.filter(change__gt=event_number).order_by("change")

    def page(self, limit=PAGE_SIZE):
        """Return the first `limit` of these as the wire has them (dict), and whether there are more (bool)."""
        found = list(self[: limit + 1])
        return [message.to_data() for message in found[:limit]], len(found) > limit

    def sent_with(self, key):
        """Return the message that was sent with this key (str), or None."""
        return self.filter(key_hash=hash_of(key)).first()


class ChatMessage(models.Model):
    room = models.ForeignKey(ChatRoom, models.CASCADE, related_name="messages", db_index=False)
    user = models.CharField(max_length=MAX_NAME_LENGTH)
    date = models.DateTimeField(auto_now_add=True)
    text = models.TextField(max_length=MAX_TEXT_LENGTH)
    # Whoever knows the key is the sender, so it is told to nobody; the tag is told to everybody.
    key_hash = models.BinaryField(max_length=32, null=True)
    # Nullable, like all that follows: SQLite adds such columns without making the table anew, which would let it give
    # away the ids of deleted messages again; and while new workers take over, old ones write rows without them.
    tag = models.CharField(max_length=MAX_TAG_LENGTH, null=True)  # noqa: DJ001
    # The number of the event that told of it first: by it and `change` the log finds what it has told of a message.
    event = models.BigIntegerField(null=True)
    edited = models.DateTimeField(null=True)
    # A deleted message stays as a tombstone without its text, so that its key is known when it is sent again.
    deleted = models.DateTimeField(null=True)
    # The number of the event that told of the last edit or of the deletion: of two versions the greater is newer.
    change = models.BigIntegerField(null=True)

    objects = ChatMessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        indexes = (
            # A page of a room is one short walk along this index, however many messages, rooms and tombstones are
            # there.
            models.Index(
                "room", ORDER_IN_ROOM.desc(), condition=models.Q(deleted__isnull=True), name="chat_message_latest"
            ),
            models.Index(
                fields=("room", "change"), condition=models.Q(change__isnull=False), name="chat_message_changes"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("room", "key_hash"), condition=models.Q(key_hash__isnull=False), name="chat_message_key"
            ),
        )

    def __str__(self):
        return f"{self.user}: {self.text[:60]}"

    def to_data(self):
        """Return the message object of the wire: id (int), from, text, date; and, where there is one, its tag (str).

        Of what was changed also: edited or deleted, or both, as dates, and change (int).
        """
        data = {"id": self.id, "from": self.user, "text": self.text, "date": _iso(self.date)}
        if self.tag:
            data["tag"] = self.tag
        if self.edited:
            data["edited"] = _iso(self.edited)
        if self.deleted:
            data["deleted"] = _iso(self.deleted)
        if self.change:
            data["change"] = self.change
        return data

    def insert_into(self, eid):
        """Save the new message in the room; tell whether that was done: not without the room, nor if its key was used.

        In SQL, for it is done for each message: Django would take as long to put the statement together as the database
        for all that a message needs.
        """
        self.date = timezone.now()
        date = connection.ops.adapt_datetimefield_value(self.date)
        values = (self.user, date, self.text, self.key_hash, self.tag, self.event)
        # The lock is for who deletes the room meanwhile.
        lock = connection.ops.for_update_sql() if connection.features.has_select_for_update else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f'INSERT INTO {self._meta.db_table} (room_id, "user", date, text, key_hash, tag, event)'
                f" SELECT id, %s, %s, %s, %s, %s, %s FROM {ChatRoom._meta.db_table} WHERE eid = %s {lock}"
                " ON CONFLICT DO NOTHING RETURNING id, room_id",
                [*values, eid],
            )
            row = cursor.fetchone()
        if row:
            self.id, self.room_id = row
        return bool(row)

    def was_sent_with(self, key):
        """Tell whether this is the key (str or None) that the message was sent with; never, if that was none."""
        return bool(key and self.key_hash) and compare_digest(bytes(self.key_hash), hash_of(key))

    def edit(self, text, change):
        """Give the message another text; `change` is the number of the event that will tell of it."""
        self.text, self.edited, self.change = text, timezone.now(), change
        self.save(update_fields=["text", "edited", "change"])

    def bury(self, change):
        """Leave a tombstone of the message; `change` is the number of the event that will tell of it."""
        self.text, self.deleted, self.change = "", timezone.now(), change
        self.save(update_fields=["text", "deleted", "change"])


def _big(number):
    # Django believes that what is compared with ABS(id) has 32 bits, and PostgreSQL is sent no more of it.
    return models.Value(number, models.BigIntegerField())


def _iso(date):
    """Return the date as `YYYY-MM-DDTHH:MM:SS.mmmZ`: a client exists that crashes on anything else."""
    return date.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def hash_of(key):
    """Return what is kept of a key (str): 32 bytes."""
    return hashlib.sha256(key.encode()).digest()
