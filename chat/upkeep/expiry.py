"""Deletes messages that are older than conf.keep_messages, for good.

No event tells the readers: what is so old is on few screens, and a page that loads again lacks it. The event log is
younger than any such message.
"""

import math
from contextlib import suppress
from datetime import timedelta
from functools import partial

from django.utils import timezone

from chat.conf import conf
from chat.messages.batches import in_batches
from chat.messages.errors import Paused
from chat.messages.pause import refuse_paused_without_number
from chat.models import ChatMessage

AT_ONCE = 100_000  # ids in memory


def expire_messages() -> None:
    """Delete what is too old, in batches. Several servers may do this at once."""
    if conf.keep_messages is None:
        return
    # Ids do not tell the age: an imported message may be old and have a great id. No index leads to dates, so this
    # reads all messages, and locks nobody out meanwhile.
    old = ChatMessage.objects.filter(date__lt=timezone.now() - timedelta(days=conf.keep_messages))
    last = 0
    with suppress(Paused):  # the next time is in an hour
        while ids := [*old.filter(id__gt=last).order_by("id").values_list("id", flat=True)[:AT_ONCE]]:
            last = ids[-1]
            in_batches(partial(_delete, ids), math.inf)


def _delete(ids: list[int], size: int) -> int:
    refuse_paused_without_number()
    some = ids[:size]
    del ids[:size]
    # Skip the rows that another server is deleting, or a writer changing: who waits for them could deadlock.
    free = ChatMessage.objects.filter(id__in=some).select_for_update(skip_locked=True)
    ChatMessage.objects.filter(id__in=[*free.values_list("id", flat=True)]).only("id").delete()
    return len(some)
