"""What a request for a stream asks for: the channels, where to go on in each, and until when."""

from collections.abc import Mapping
from random import randrange

from django_eventstream.eventrequest import EventRequest
from django_eventstream.eventresponse import EventResponse

from chat.events.log import current_event_number
from chat.grip import slots
from chat.grip.publisher import RECHECK

from .next_links import Rights


class Wanted(EventRequest):
    """The library's form of the request, with the rights of the stream's readers."""

    def __init__(self, channels: list[str], last_ids: Mapping[str, str], rights: Rights, is_next: bool) -> None:
        super().__init__()
        self.channels = channels
        self.channel_last_ids = dict(last_ids)  # a channel without an id begins with its next event
        self.rights = rights
        self.is_next = is_next

    def restrict(self, last_ids: Mapping[str, str], more: bool) -> None:
        """Give the stream an end, and note up to which event the policy knows the readers' rights.

        Call this after the log was read up to `last_ids`, and before the policy is asked.
        """
        asked = {channel: current_event_number(channel) if more else int(last_ids[channel]) for channel in last_ids}
        self.rights = Rights(slots.end_for(self.channels, randrange(slots.SPREAD)), asked)

    def must_end(self, found: EventResponse) -> bool:
        """Return whether the policy is to be asked again, because of what was found in the log after the opening.

        A reset says nothing of the events between, so a recheck may be among them.
        """
        return self.rights.end is not None and (bool(found.channel_reset) or self.has_recheck(found))

    def has_recheck(self, found: EventResponse) -> bool:
        """Return whether there is a recheck that came after the policy was asked."""
        asked = self.rights.asked
        return any(
            event.type == RECHECK and event.id > asked.get(channel, 0)
            for channel, events in found.channel_items.items()
            for event in events
        )
