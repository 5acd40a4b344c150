from django.contrib import admin

from . import writing
from .models import ChatMessage, ChatRoom


class NoEditing(admin.ModelAdmin):
    """Look and delete. What is added or changed here would reach no reader."""

    show_full_result_count = False  # counting millions of rows takes longer than showing a page of them

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(ChatRoom)
class ChatRoomAdmin(NoEditing):
    list_display = ("eid", "last_message")
    search_fields = ("eid",)

    @admin.display(description="last message")
    def last_message(self, room):
        return room.messages.newest_first().first()


@admin.register(ChatMessage)
class ChatMessageAdmin(NoEditing):
    list_display = ("id", "room", "user", "date", "beginning")
    list_select_related = ("room",)
    search_fields = ("room__eid", "user", "text")
    ordering = ("-id",)

    def get_queryset(self, request):
        return super().get_queryset(request).standing()

    def delete_model(self, request, message):
        writing.moderate(message.room.eid, message.id)

    def delete_queryset(self, request, messages):
        for message in messages.select_related("room"):
            writing.moderate(message.room.eid, message.id)

    @admin.display(description="text")
    def beginning(self, message):
        return message.text[:100]
