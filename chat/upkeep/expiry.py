"""Deletes messages that are older than settings.KEEP_MESSAGES, for good.

No event tells the readers: what is so old is on few screens, and a page that loads again lacks it. The event log is
younger than any such message.
"""

import math
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from chat.messages.batches import in_batches
from chat.messages.errors import Paused
from chat.messages.pause import refuse_paused_without_number
from chat.messages.sources import last_id_before
from chat.models import ChatMessage


def expire_messages() -> None:
    """Delete what is too old, in batches. Several servers may do this at once."""
    if settings.KEEP_MESSAGES is None:
        return
    moment = timezone.now() - timedelta(days=settings.KEEP_MESSAGES)
    old = ChatMessage.objects.filter(id__lte=last_id_before(moment), date__lt=moment).order_by("id")

    def delete(size: int) -> int:
        refuse_paused_without_number()
        # Skip the rows that another server is deleting, or a writer changing: who waits for them could deadlock.
        ids = [*old.select_for_update(skip_locked=True).values_list("id", flat=True)[:size]]
        ChatMessage.objects.filter(id__in=ids).only("id").delete()
        return len(ids)

    with suppress(Paused):  # the next time is in an hour
        in_batches(delete, math.inf)
