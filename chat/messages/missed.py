"""What a reader has missed whose event id is unknown or too old, in one list."""

from chat.models import ChatMessage, MessageData, fit_in_page


def missed(eid: str, after: int, since: int, last_event: int, limit: int) -> tuple[list[MessageData], bool, int]:
    """Return a page of what the room got after this message and this event, whether there is more, and how far it goes.

    First come the messages after the message, oldest first. Then come, in the order of their last changes, the earlier
    ones that were edited after the event, and all that were deleted after it. Each has `event` (int), the number of the
    event that announced it, if that is known. The third value is the number of the last event whose changes this page
    and those before it have.
    """
    room = ChatMessage.objects.in_room(eid)
    new, more = room.after(after).page(limit)
    if more:
        return _with_events(new), True, since
    # No change after last_event: a message that was posted and deleted between these two queries would have a greater
    # id than another new one, and the next page begins after the greatest id.
    changes = room.not_in_after(after).changed_after(since).filter(change__lte=last_event)
    changed, more = changes.page_of_changes(limit)
    if new and not fit_in_page([*new, *changed], limit):
        return _with_events(new), True, since  # the next page has the changes
    return _with_events([*new, *changed]), more, changed[-1]["change"] if more else since


def _with_events(messages: list[MessageData]) -> list[MessageData]:
    known = ChatMessage.objects.filter(id__in=[message["id"] for message in messages]).exclude(event=None)
    events = dict(known.values_list("id", "event"))
    return [{**message, "event": events[message["id"]]} if message["id"] in events else message for message in messages]
