"""What readers are told when a stream opens or goes on, and while nothing is said."""

from django_eventstream.utils import make_id, sse_encode_event

KEEP_ALIVE = "event: keep-alive\ndata:\n\n"  # an event, so that a client can notice silence
KEEP_ALIVE_S = 20


def stream_body(found, opening):
    """Return the SSE text for what get_events found, and the last ids that it tells, {channel: id}.

    `opening` tells whether the stream opens with it.
    """
    last_ids = dict(found.channel_last_ids)
    body = _open_event(found) if opening else ""
    if found.channel_reset:
        channels = {"channels": sorted(found.channel_reset)}
        body += sse_encode_event("stream-reset", channels, event_id=make_id(last_ids), json_encode=True)
    for channel, events in found.channel_items.items():
        for event in events:
            last_ids[channel] = str(event.id)
            body += sse_encode_event(event.type, event.data, event_id=make_id(last_ids))
    return body, last_ids


def _open_event(found):
    # With an id, a reader that is cut off before its first message resumes from there; before a reset it must not,
    # for then it would never hear of that.
    event_id = "" if found.channel_reset else f"id: {make_id(found.channel_last_ids)}\n"
    return f"event: stream-open\n{event_id}data:\n\n"
