from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from .messages import actions
from .models import ChatMessage, ChatMessageQuerySet, ChatRoom


class NoEditing(admin.ModelAdmin):
    """Look and delete. Readers would not hear of messages and rooms that somebody adds or changes here."""

    show_full_result_count = False  # counting millions of rows takes longer than showing a page of them

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ChatRoom)
class ChatRoomAdmin(NoEditing):
    list_display = ("eid", "last_message")
    search_fields = ("eid",)

    @admin.display(description="last message")
    def last_message(self, room: ChatRoom) -> ChatMessage | None:
        return room.messages.newest_first().first()


@admin.register(ChatMessage)
class ChatMessageAdmin(NoEditing):
    list_display = ("id", "room", "user", "date", "beginning")
    list_select_related = ("room",)
    search_fields = ("room__eid", "user", "text")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChatMessage]:
        return cast(ChatMessageQuerySet, super().get_queryset(request)).not_deleted()

    def delete_model(self, request: HttpRequest, message: ChatMessage) -> None:
        actions.moderate(message.room.eid, message.id)

    def delete_queryset(self, request: HttpRequest, messages: QuerySet[ChatMessage]) -> None:
        for message in messages.select_related("room"):
            actions.moderate(message.room.eid, message.id)

    @admin.display(description="text")
    def beginning(self, message: ChatMessage) -> str:
        return message.text[:100]
