"""How the admin deletes any number of rows.

A small page asks. Then each request works for seconds, and while something is left, its page says how much is done.
Rows that are newer than the question stay: the form carries the greatest id.
"""

import re
import time
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import model_ngettext, unquote
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from chat.messages.batches import WORK_S

EXAMPLES = 20


class DeletesInBatches(admin.ModelAdmin):
    """Replaces Django's pages that delete one or many; the subclass counts messages and deletes some."""

    actions: tuple[str, ...] = ("delete_selected",)
    warning = ""
    done = "Deleted {}."

    def count_messages(self, objects: QuerySet) -> int:
        """Return how many messages these objects are, or hold."""
        raise NotImplementedError

    def delete_some(self, request: HttpRequest, objects: QuerySet, deadline: float) -> bool:
        """Delete until the deadline, a time of time.monotonic(); return whether nothing is left."""
        raise NotImplementedError

    @admin.action(permissions=["delete"], description="Delete selected %(verbose_name_plural)s")
    def delete_selected(self, request: HttpRequest, objects: QuerySet) -> HttpResponse | None:
        return self._delete(request, objects)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        found = self.get_object(request, unquote(object_id))
        if found is None or not self.has_delete_permission(request, found):
            return super().delete_view(request, object_id, extra_context)  # it says why not
        answer = self._delete(request, self.get_queryset(request).filter(pk=found.pk))
        return answer or HttpResponseRedirect(self._list_url())

    def _delete(self, request: HttpRequest, objects: QuerySet) -> HttpResponse | None:
        """Ask, or work and show how far it is; return None when nothing is left."""
        greatest = _number(request, "greatest") or objects.aggregate(greatest=Max("pk"))["greatest"] or 0
        wanted = objects.filter(pk__lte=greatest)
        left = self.count_messages(wanted)
        total = max(left, _number(request, "total") or 0)
        working = "post" in request.POST
        if working and self.delete_some(request, wanted, time.monotonic() + WORK_S):
            self.message_user(request, self.done.format(_messages(total)), messages.SUCCESS)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Deleting" if working else "Are you sure?",
            "opts": self.opts,
            "list_url": self._list_url(),
            "hidden": [*_selection(request), ("greatest", greatest), ("total", total), ("post", "yes")],
            "warning": self.warning,
            "total": _messages(total),
        }
        if working:
            context["deleted"] = _grouped(total - self.count_messages(wanted))
        else:
            count = wanted.count()
            context["what"] = f"{_grouped(count)} {model_ngettext(self.opts, count)}"
            context["examples"] = [str(example) for example in wanted[:EXAMPLES]]
            context["more"] = _grouped(count - EXAMPLES) if count > EXAMPLES else ""
        return TemplateResponse(request, "admin/chat/deletion.html", context)

    def _list_url(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


def _selection(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields of the list's form that say what is selected."""
    selected = request.POST.getlist(ACTION_CHECKBOX_NAME)
    if not selected:
        return []
    if request.POST.get("select_across") == "1":
        return [("action", "delete_selected"), ("select_across", "1"), (ACTION_CHECKBOX_NAME, selected[0])]
    return [("action", "delete_selected"), *((ACTION_CHECKBOX_NAME, one) for one in selected)]


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def _messages(number: int) -> str:
    return f"{_grouped(number)} message{'' if number == 1 else 's'}"


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")
