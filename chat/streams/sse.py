"""The text of a stream: what a reader gets when it opens or continues, and while there is no event."""

import json

from django_eventstream.utils import make_id, sse_encode_event

from chat.events.reading import Found

# An event, so that a client can notice silence. Many readers parse every data line as JSON, so it is never empty.
KEEP_ALIVE = "event: keep-alive\ndata: {}\n\n"
KEEP_ALIVE_S = 20


def stream_body(found: Found, opening: bool) -> tuple[str, dict[str, str]]:
    """Return the SSE text for the result of get_events, and the last ids that the text reaches, {channel: id}.

    `opening` says whether the stream opens with this text.
    """
    last_ids = dict(found.channel_last_ids)
    body = _open_event(found) if opening else ""
    if found.channel_reset:
        reset = {"channels": sorted(found.channel_reset), "history": found.history}
        body += sse_encode_event("stream-reset", reset, event_id=make_id(last_ids), json_encode=True)
    for channel, events in found.channel_items.items():
        for event in events:
            last_ids[channel] = str(event.id)
            body += sse_encode_event(event.type, event.data, event_id=make_id(last_ids))
    return body, last_ids


def _open_event(found: Found) -> str:
    # With this id, a reader whose stream is cut before its first message resumes from here. Before a reset there is no
    # id: a reader that is cut then must get the reset again.
    event_id = "" if found.channel_reset else f"id: {make_id(found.channel_last_ids)}\n"
    return f"event: stream-open\n{event_id}data: {json.dumps({'history': found.history})}\n\n"
