"""The admin's view of rooms and messages: look and delete."""

import time
from itertools import groupby
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from chat.messages import moderation
from chat.messages.actions import moderate
from chat.messages.batches import WORK_S, in_batches
from chat.messages.errors import UnknownSender
from chat.messages.room_deletion import remove_room, retire_room
from chat.models import Ban, ChatMessage, ChatMessageQuerySet, ChatRoom, ModerationEntry

from .deletion import DeletesInBatches
from .pauses import PausesToo

AT_ONCE = 500  # messages that one search fetches


class NoEditing(PausesToo, DeletesInBatches):
    """Look and delete. Readers would not hear of messages and rooms that somebody adds or changes here."""

    show_full_result_count = False  # counting millions of rows takes longer than showing a page of them

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ChatRoom)
class ChatRoomAdmin(NoEditing):
    list_display = ("name", "last_message")
    search_fields = ("eid", "deleted_name")
    fields = ("name",)
    readonly_fields = ("name",)
    warning = "Readers see at once that nothing is left. Whoever posts from then on founds a new room."
    done = "Deleted, with {}."

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may_delete_messages = request.user.has_perm("chat.delete_chatmessage")
        return may_delete_messages and super().has_delete_permission(request, obj)

    def count_messages(self, rooms: QuerySet[ChatRoom]) -> int:
        return ChatMessage.objects.filter(room__in=rooms).count()

    def delete_some(self, request: HttpRequest, rooms: QuerySet[ChatRoom], deadline: float) -> bool:
        ids = [*rooms.values_list("id", flat=True)]
        visible = [*rooms.filter(deleted_name=None).values_list("id", flat=True)]

        def retire_next(size: int) -> int:  # one, because each has a lock of its own
            if visible:
                room_id = visible.pop()
                self.log_deletions(request, ChatRoom.objects.filter(id=room_id, deleted_name=None))
                retire_room(room_id)
            return size if visible else 0

        return in_batches(retire_next, deadline) and all(remove_room(room_id, deadline) for room_id in ids)

    @admin.display(ordering="eid")
    def name(self, room: ChatRoom) -> str:
        return str(room)

    @admin.display(description="last message")
    def last_message(self, room: ChatRoom) -> ChatMessage | None:
        return room.messages.newest_first().first()


@admin.register(ChatMessage)
class ChatMessageAdmin(NoEditing):
    list_display = ("id", "room", "user", "date", "beginning")
    list_select_related = ("room",)
    search_fields = ("room__eid", "user", "text")
    ordering = ("-id",)
    actions = ("delete_selected", "remove_all_of_senders", "ban_senders")
    warning = "Readers see them disappear."

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChatMessage]:
        messages = cast(ChatMessageQuerySet, super().get_queryset(request))
        return messages.not_deleted().filter(room__deleted_name=None)

    def count_messages(self, messages: QuerySet[ChatMessage]) -> int:
        return messages.count()

    def delete_some(self, request: HttpRequest, messages: QuerySet[ChatMessage], deadline: float) -> bool:
        newest = messages.order_by("-id").select_related("room")
        while found := sorted(newest[:AT_ONCE], key=lambda message: message.room.eid):
            for eid, of_room in groupby(found, key=lambda message: message.room.eid):
                if not self._delete_of_room(request, eid, [*of_room], deadline):
                    return False
        return True

    def _delete_of_room(self, request: HttpRequest, eid: str, messages: list[ChatMessage], deadline: float) -> bool:
        def delete(size: int) -> int:
            batch, messages[:] = messages[:size], messages[size:]
            self.log_deletions(request, cast(QuerySet, batch))  # Django, too, gives it a list
            moderate(eid, *(message.pk for message in batch))
            return len(batch)

        return in_batches(delete, deadline)

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chat.moderate")

    @admin.action(permissions=["moderate"], description="Remove all messages from the senders of selected messages")
    def remove_all_of_senders(self, request: HttpRequest, messages: QuerySet[ChatMessage]) -> None:
        deadline = time.monotonic() + WORK_S
        senders = {(m.source, m.author_hash, m.room_id): m for m in messages.select_related("room")[:AT_ONCE]}
        for message in senders.values():
            found = moderation.written_by_sender_of(message)
            removed = moderation.remove_all(found, deadline)
            if removed:
                self._note(request, message, f"removed all from {message.user}", removed)
            if moderation.count(found) > 0:
                self.message_user(request, "There was not time for all. Do the same again.", level="WARNING")
                return

    @admin.action(permissions=["moderate"], description="Ban the senders of selected messages for a day")
    def ban_senders(self, request: HttpRequest, messages: QuerySet[ChatMessage]) -> None:
        for message in messages.select_related("room")[:AT_ONCE]:
            try:
                ban = moderation.ban_sender_of(message, hours=24)
            except UnknownSender as error:
                self.message_user(request, str(error), level="WARNING")
            else:
                self._note(request, message, f"banned {message.user} until {ban.until:%Y-%m-%d %H:%M} UTC")

    def _note(self, request: HttpRequest, message: ChatMessage, words: str, messages: int = 0) -> None:
        moderation.write_down(request.user.get_username(), words, message.room.eid, messages)
        self.message_user(request, f"{words[0].upper()}{words[1:]}.")

    @admin.display(description="text")
    def beginning(self, message: ChatMessage) -> str:
        return message.text[:100]


class ForModerators(PausesToo, admin.ModelAdmin):
    """Moderators may look, whatever else they may do in the admin."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chat.moderate") or super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("chat.moderate") or super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Ban)
class BanAdmin(ForModerators):
    """Look at bans, and end them by deleting them."""

    list_display = ("name", "until", "everywhere")
    fields = ("name", "until")
    readonly_fields = ("name", "until")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("chat.moderate") or super().has_delete_permission(request, obj)

    @admin.display(boolean=True, description="everywhere")
    def everywhere(self, ban: Ban) -> bool:
        return ban.source is not None


@admin.register(ModerationEntry)
class ModerationLog(ForModerators):
    list_display = ("date", "moderator", "action", "room", "messages")
    search_fields = ("moderator", "action", "room")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
