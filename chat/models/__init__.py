"""The tables of the database."""

from .events import EventCounter, LoggedEvent
from .hashes import hash_of, mark_of
from .keys import Bucket, Secret
from .messages import (
    MAX_KEY_LENGTH,
    MAX_TAG_LENGTH,
    MAX_TEXT_LENGTH,
    ChatEdit,
    ChatMessage,
    ChatMessageQuerySet,
)
from .moderation import Ban, ModerationEntry
from .page_size import MAX_PAGE_BYTES, MAX_PAGE_SIZE, PAGE_SIZE, MessageData, fit_in_page
from .rechecks import Recheck
from .rooms import ChatRoom
from .state import MAX_PAUSE_LENGTH, ChatState, history_mark, new_mark

__all__ = [
    "MAX_KEY_LENGTH",
    "MAX_PAGE_BYTES",
    "MAX_PAGE_SIZE",
    "MAX_PAUSE_LENGTH",
    "MAX_TAG_LENGTH",
    "MAX_TEXT_LENGTH",
    "PAGE_SIZE",
    "Ban",
    "Bucket",
    "ChatEdit",
    "ChatMessage",
    "ChatMessageQuerySet",
    "ChatRoom",
    "ChatState",
    "EventCounter",
    "LoggedEvent",
    "MessageData",
    "ModerationEntry",
    "Recheck",
    "Secret",
    "fit_in_page",
    "hash_of",
    "history_mark",
    "mark_of",
    "new_mark",
]
