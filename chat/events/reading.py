"""What a stream reads from the log: the events after the last ones that its reader has."""

from django_eventstream.eventrequest import EventRequest
from django_eventstream.eventresponse import EventResponse
from django_eventstream.storage import EventDoesNotExist

from .log import EVENT_LOG, positions

LIMIT = 100  # events, of all channels together


class Found(EventResponse):
    """What a stream reads, in the library's form, and the mark of the database's history."""

    history = ""


def get_events(wanted: EventRequest) -> Found:
    """Return the events of the channels, at most LIMIT.

    The library's own function does the same with the log that EVENTSTREAM_STORAGE_CLASS names. That setting belongs to
    the site: it may have events of its own.
    """
    found = Found()
    numbers, found.history = positions(wanted.channels)
    found.is_next = wanted.is_next
    limit = max(LIMIT // max(len(wanted.channels), 1), 1)
    for channel in wanted.channels:
        last_id = wanted.channel_last_ids.get(channel, numbers[channel])
        events = []
        if int(last_id) != numbers[channel]:
            try:
                events = EVENT_LOG.get_events(channel, int(last_id), limit + 1)
            except EventDoesNotExist as unknown:
                found.channel_reset.add(channel)
                last_id = unknown.current_id
        if len(events) > limit:
            found.channel_more.add(channel)
        found.channel_items[channel] = events[:limit]
        found.channel_last_ids[channel] = str(last_id)
    return found
