"""The sources of messages: the server keeps each for SOURCE_DAYS."""

import time
from datetime import datetime, timedelta

from django.utils import timezone

from chat.conf import conf
from chat.models import ChatMessage

IDS = 2_000  # at once
PAUSE_S = 0.05  # after each change; writers that wait for SQLite's one lock get it in the pause

_forgotten_up_to = 0  # an id: no message up to here has a source


def forget_old_sources() -> None:
    """Forget the sources of the messages that are older than SOURCE_DAYS.

    No index leads to them. The first call in a process looks at all old messages, each later call at those that have
    become old since.
    """
    global _forgotten_up_to
    last = _last_id_before(timezone.now() - timedelta(days=conf.source_days))
    while _forgotten_up_to < last:
        up_to = min(_forgotten_up_to + IDS, last)
        known = ChatMessage.objects.filter(id__gt=_forgotten_up_to, id__lte=up_to, source__isnull=False)
        if known.exists():
            known.update(source=None)
            time.sleep(PAUSE_S)
        _forgotten_up_to = up_to


def _last_id_before(moment: datetime) -> int:
    """Return the greatest id whose message, and with it all before, was saved before the moment; 0 if there is none."""
    newest = ChatMessage.objects.order_by("-id")
    low, high = 0, newest.values_list("id", flat=True).first() or 0
    while low < high:
        middle = (low + high + 1) // 2
        found = newest.filter(id__lte=middle).values_list("id", "date").first()
        if found is None or found[1] < moment:
            low = middle
        else:
            high = found[0] - 1
    return low
