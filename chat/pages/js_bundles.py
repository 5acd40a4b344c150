"""The scripts of each page, in their order.

They are small files. Collected, those of a page are joined into one, which travels and compresses better; without
collected files (`runserver`, DEBUG) each goes by itself, and there is no worker.
"""

import re

BUNDLES = {
    "chat/join.js": ["safe_storage", "visits", "join_page"],
    "chat/room.js": [
        *("words", "wire_message", "random_id", "back_off", "safe_storage"),
        *("local_time", "rich_text", "name_hue", "message_view", "message_log", "message_list"),
        *("stay_at_newest", "keep_place", "history", "last_read", "unread", "announcer", "reading"),
        *("pending_store", "pending_view", "own_keys", "draft", "counter", "outbox", "composer", "editing"),
        *("message_tools", "writing"),
        *("event_ids", "event_stream", "resting_stream", "shared_stream", "catch_up"),
        *("connection_status", "visits", "unread_rooms", "rooms_list", "unread_mark", "notifications", "share"),
        *("theme", "knowing", "page"),
    ],
    "chat/worker.js": [
        *("wire_message", "back_off", "event_ids", "event_stream", "stream_packing", "stream_hub", "stream_worker"),
    ],
}


def parts(bundle):
    """Return the names of the files that the bundle is made of."""
    return [f"chat/{name}.js" for name in BUNDLES[bundle]]


def joined(texts):
    """Return the scripts as one, without the lines that are comments."""
    return re.sub(r"^\s*//.*\n", "", "\n".join(texts), flags=re.MULTILINE)
