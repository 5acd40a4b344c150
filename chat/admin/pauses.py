"""Nobody changes anything of the chat in the admin while the chat is paused."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from chat.messages.errors import Paused
from chat.messages.pause import refuse_paused


class PausesToo(admin.ModelAdmin):
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return self._refused(request) or super().changelist_view(request, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self._refused(request) or super().delete_view(request, object_id, extra_context)

    def _refused(self, request: HttpRequest) -> HttpResponse | None:
        if request.method == "POST":
            try:
                refuse_paused()
            except Paused as paused:
                self.message_user(request, str(paused), messages.ERROR)
                return HttpResponseRedirect(request.get_full_path())
        return None
