"""What a reader has missed whose event id is unknown or too old, in one list."""

from chat.models import ChatMessage, MessageData, fit_in_page


def missed(eid: str, after: int, since: int, limit: int) -> tuple[list[MessageData], bool, int]:
    """Return a page of what the room got after this message and this event, whether there is more, and how far it goes.

    First come the messages after the message, oldest first. Then come those up to it that were edited or deleted after
    the event, in the order of their last changes. Each has `event` (int), the number of the event that announced it,
    if that is known. The third value is the number of the last event whose changes this page and those before it have.
    """
    room = ChatMessage.objects.in_room(eid)
    new, more = room.after(after).page(limit)
    if more:
        return _with_events(new), True, since
    changed, more = room.up_to(after).changed_after(since).page_of_changes(limit)
    if new and not fit_in_page([*new, *changed], limit):
        return _with_events(new), True, since  # the next page has the changes
    return _with_events([*new, *changed]), more, changed[-1]["change"] if more else since


def _with_events(messages: list[MessageData]) -> list[MessageData]:
    known = ChatMessage.objects.filter(id__in=[message["id"] for message in messages]).exclude(event=None)
    events = dict(known.values_list("id", "event"))
    return [{**message, "event": events[message["id"]]} if message["id"] in events else message for message in messages]
