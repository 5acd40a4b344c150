"""Messages, their edits, and pages of them."""

from secrets import compare_digest
from typing import Any, cast

from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Abs
from django.db.models.lookups import GreaterThan, LessThan
from django.utils import timezone

from chat.naming import MAX_NAME_LENGTH

from .hashes import hash_of, keyed_hash_of, mark_of
from .moderation import BANNED
from .page_size import PAGE_SIZE, MessageData, fitting
from .rooms import ChatRoom
from .state import PAUSED

MAX_TEXT_LENGTH = 8000  # code points
MAX_KEY_LENGTH = MAX_TAG_LENGTH = 64  # code points

# Order by ABS(id), so that PostgreSQL uses the (room, id) index instead of scanning the primary key. It scans once a
# room holds 2 % of all messages, and then reads the whole table if that room was quiet lately.
ORDER_IN_ROOM = Abs("id")


class ChatMessageQuerySet(models.QuerySet["ChatMessage"]):
    def in_room(self, eid: str) -> "ChatMessageQuerySet":
        """Return all messages of the room, the deleted ones included; none if there is no such room."""
        room = ChatRoom.objects.filter(eid=eid).first()
        return self.filter(room=room) if room else self.none()

    def not_deleted(self) -> "ChatMessageQuerySet":
        return self.filter(deleted=None)

    def newest_first(self) -> "ChatMessageQuerySet":
        """Return the messages that are not deleted, newest first."""
        return self.not_deleted().order_by(ORDER_IN_ROOM.desc())

    def before(self, message_id: int) -> "ChatMessageQuerySet":
        """Return the messages before this id that are not deleted, newest first."""
        return self.filter(LessThan(ORDER_IN_ROOM, _big(message_id))).newest_first()

    def after(self, message_id: int) -> "ChatMessageQuerySet":
        """Return the messages after this id that are not deleted, oldest first."""
        return self.not_deleted().filter(GreaterThan(ORDER_IN_ROOM, _big(message_id))).order_by(ORDER_IN_ROOM.asc())

    def not_in_after(self, message_id: int) -> "ChatMessageQuerySet":
        """Return the messages that after() leaves out: those up to this id, and all deleted ones."""
        return self.filter(models.Q(id__lte=message_id) | models.Q(deleted__isnull=False))

    def changed_after(self, event_number: int) -> "ChatMessageQuerySet":
        """Return the messages edited or deleted after this event of the room, in the order of their last changes."""
        return self.filter(change__gt=event_number).order_by("change")

    def page(self, limit: int = PAGE_SIZE) -> tuple[list[MessageData], bool]:
        """Return the first `limit` of these messages as the wire has them, and whether there are more.

        The page has fewer messages if they exceed MAX_PAGE_BYTES, and always at least one.
        """
        found = [message.to_data() for message in self[: limit + 1]]
        count = min(limit, fitting(found))
        return found[:count], len(found) > count

    def page_of_changes(self, limit: int) -> tuple[list[MessageData], bool]:
        """Return a page of changed_after(). All changes of one event are in one page: its number leads to the next."""
        found, more = self.page(limit)
        if more:
            last = found[-1]["change"]
            rest = self.filter(change=last).exclude(id__in=[message["id"] for message in found])
            found += [message.to_data() for message in rest]
            more = self.filter(change__gt=last).exists()
        return found, more

    def sent_with(self, key: str) -> "ChatMessage | None":
        return self.filter(key_hash=hash_of(key)).first()


class ChatMessage(models.Model):
    room = models.ForeignKey(ChatRoom, models.CASCADE, related_name="messages", db_index=False)
    user = models.CharField(max_length=MAX_NAME_LENGTH)
    date = models.DateTimeField(auto_now_add=True)
    text = models.TextField(max_length=MAX_TEXT_LENGTH)
    # The key identifies the sender and is secret. The tag is public.
    key_hash = models.BinaryField(max_length=32, null=True)
    # This column and all below are nullable, for two reasons. SQLite adds a nullable column without rebuilding the
    # table; a rebuilt table would give the ids of deleted messages to new ones. And during a reload, old workers still
    # write rows without these columns.
    tag = models.CharField(max_length=MAX_TAG_LENGTH, null=True)  # noqa: DJ001
    # The number of the event that announced the message. ChatEdit has the numbers of the later events.
    event = models.BigIntegerField(null=True)
    edited = models.DateTimeField(null=True)
    # Of an edited message, a hash of the text that was sent first, made with the key: see is_repeat.
    first_text_hash = models.BinaryField(max_length=32, null=True)
    # A deleted message keeps its row, without its text, so that the server knows its key when a client sends it again.
    deleted = models.DateTimeField(null=True)
    # The number of the event that announced the last edit, or the deletion. Of two versions the greater is newer.
    change = models.BigIntegerField(null=True)
    # Where the message came from, see web/sources.py; None after SOURCE_DAYS. Nobody but a moderator's search uses it.
    source = models.BinaryField(max_length=16, null=True)
    # The author's proof of identity in this room, see messages/authors.py. Its beginning is public: the mark.
    author_hash = models.BinaryField(max_length=32, null=True)
    staff = models.BooleanField(null=True)  # true for a message of a moderator, else null
    # The account that wrote the message, on a site with accounts. No message object has it.
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)

    objects = ChatMessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        indexes = (
            # A page of a room is one short walk along this index, however many messages, rooms and deleted messages
            # there are.
            models.Index(
                "room", ORDER_IN_ROOM.desc(), condition=models.Q(deleted__isnull=True), name="chat_message_latest"
            ),
            models.Index(
                fields=("room", "change"), condition=models.Q(change__isnull=False), name="chat_message_changes"
            ),
            # For the deletion of an account. Without accounts it is empty.
            models.Index(fields=("account",), condition=models.Q(account__isnull=False), name="chat_message_account"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("room", "key_hash"), condition=models.Q(key_hash__isnull=False), name="chat_message_key"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.text[:60]}"

    def to_data(self) -> MessageData:
        """Return the message object of the wire: id (int), from, text and date (str).

        It also has tag (str) if the sender gave one, author (str, the mark) if the sender proved who he is, staff
        (true) if a moderator wrote it, edited and deleted (dates, str) if that happened, and then change (int).
        """
        data = {"id": self.id, "from": self.user, "text": self.text, "date": _iso(self.date)}
        if self.tag:
            data["tag"] = self.tag
        if self.author_hash:
            data["author"] = mark_of(self.author_hash)
        if self.staff:
            data["staff"] = True
        if self.edited:
            data["edited"] = _iso(self.edited)
        if self.deleted:
            data["deleted"] = _iso(self.deleted)
        if self.change:
            data["change"] = self.change
        return data

    def insert_into(self, eid: str) -> bool:
        """Save the new message in the room; return False if something is in the way.

        That is a room that is missing, locked or slow, a message with this key, a ban of the sender, or a pause.

        This is SQL because every POST runs it: Django takes as long to build the statement as the database takes for
        all statements of a message.
        """
        self.date = timezone.now()
        date = connection.ops.adapt_datetimefield_value(self.date)
        values = (
            self.user,
            date,
            self.text,
            self.key_hash,
            self.tag,
            self.event,
            self.source,
            self.author_hash,
            self.staff,
            self.account_id and ACCOUNT.get_db_prep_save(self.account_id, connection),
        )
        # The lock keeps others from deleting the room until we commit.
        lock = connection.ops.for_update_sql() if connection.features.has_select_for_update else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f'INSERT INTO {self._meta.db_table} (room_id, "user", date, text, key_hash, tag, event, source,'
                " author_hash, staff, account_id)"
                f" SELECT id, {', '.join(['%s'] * len(values))} FROM {ChatRoom._meta.db_table}"
                f" WHERE eid = %s AND locked IS NULL AND slow_s IS NULL AND NOT EXISTS ({BANNED})"
                f" AND NOT EXISTS ({PAUSED}) {lock}"
                " ON CONFLICT DO NOTHING RETURNING id, room_id",
                [*values, eid, self.source, self.author_hash, date],
            )
            row = cursor.fetchone()
        if row:
            self.id, self.room_id = row
        return bool(row)

    def was_sent_with(self, key: str | None) -> bool:
        """Return whether the message was sent with this key; never true for a message without a key."""
        if not key or not self.key_hash:
            return False
        return compare_digest(bytes(self.key_hash), hash_of(key))

    def is_by(self, author_hash: bytes | None) -> bool:
        """Return whether this author sent the message; never true for a message without an author."""
        if not author_hash or not self.author_hash:
            return False
        return compare_digest(bytes(self.author_hash), author_hash)

    def is_repeat(self, text: str, *keys: str | None) -> bool:
        """Return whether a POST of this text with the keys repeats this message: its first text, or its text now.

        True for any text if the message was deleted, or edited before first_text_hash was there: nobody knows any more.
        """
        if self.text == text or not self.change:
            return self.text == text
        if self.first_text_hash is None:
            return True
        first = bytes(self.first_text_hash)
        return any(compare_digest(first, keyed_hash_of(text, key)) for key in keys if key)

    def edit(self, text: str, key: str | None, change: int) -> None:
        """Give the message another text; `change` is the number of the event that announces the edit.

        The key is the message's own, or its author's; None if an account has proved who its author is.
        """
        if self.edited is None and key:
            self.first_text_hash = keyed_hash_of(self.text, key)
        self.text, self.edited, self.change = text, timezone.now(), change
        self.save(update_fields=["text", "edited", "change", "first_text_hash"])
        ChatEdit.objects.create(message=self, event=change)

    @classmethod
    def redact(cls, messages: "list[ChatMessage]", change: int) -> None:
        """Remove the messages' texts and mark them as deleted; event number `change` announces that.

        This is SQL because a moderator may delete thousands: Django takes ten times as long to build the statement.
        """
        now = timezone.now()
        for message in messages:
            message.text, message.first_text_hash, message.deleted, message.change = "", None, now, change
        date = connection.ops.adapt_datetimefield_value(now)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {cls._meta.db_table} SET text = '', first_text_hash = NULL, deleted = %s, change = %s"
                " WHERE id = %s",
                [(date, change, message.id) for message in messages],
            )

    @staticmethod
    def deletions_data(messages: "list[ChatMessage]") -> MessageData:
        """Return what one event says of messages that were deleted together: ids (list of int), deleted and change."""
        [last] = messages[-1:]
        assert last.deleted is not None
        return {"ids": [message.id for message in messages], "deleted": _iso(last.deleted), "change": last.change}

    @classmethod
    def events_of(cls, messages: "list[ChatMessage]") -> "list[tuple[int, int]]":
        """Return the events that announced these messages and their edits: (the event's number, the message's id)."""
        known = [(event, message.id) for message in messages for event in (message.event, message.change) if event]
        edits = ChatEdit.objects.filter(message__in=messages).values_list("event", "message_id")
        return [*known, *edits]


ACCOUNT = cast(models.ForeignKey, ChatMessage._meta.get_field("account"))


class ChatEdit(models.Model):
    """The event that announced an edit: with these rows, a deletion finds the edits' texts in the event log."""

    message = models.ForeignKey(ChatMessage, models.CASCADE, related_name="edits")
    event = models.BigIntegerField()  # its number

    def __str__(self) -> str:
        return f"edit of message {self.message_id} in event {self.event}"


def _big(number: int) -> models.Value:
    # Django assumes 32 bits for a number that it compares with ABS(id), and would cut it off for PostgreSQL.
    return models.Value(number, models.BigIntegerField())


def _iso(date: Any) -> str:
    """Return the date as `YYYY-MM-DDTHH:MM:SS.mmmZ`: one published client crashes on any other form."""
    return date.isoformat(timespec="milliseconds").replace("+00:00", "Z")
