"""The next links: where a GRIP proxy asks again for a stream that it holds, and until when it may.

The policy is asked when a stream opens, and not at its next links. So nobody but the proxy may use one:

- While the proxy holds a stream, its request has the header Grip-Last, which Pushpin takes from every reader's request.
- While there is more to read, it has not. Then the address says where to go on, and its path has an HMAC of all that.

Any other request to such a path ends a stream, and the reader opens it again.
"""

import json
import math
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django_eventstream.utils import make_id

from chat.grip import slots

# Pushpin follows 10 next links a second, each for up to 100 readers. A reader gets no events while it waits for its
# turn. Pushpin also follows each room's link right after the room's first reader came. With a link for each room, the
# last of 1 000 rooms waited for 100 seconds. With one link for all rooms, Django got 1 000 requests a second.
NEXT_LINK_S = 600
LINKS = 50
# How long a link to more events is valid at least, where everybody may read. The proxy follows it at once; but Django
# may be away, and the proxy late.
MORE_VALID_S = 3600

SALT = "chat.streams.next_links"


@dataclass(frozen=True)
class Rights:
    """What is known of a stream's readers. With the policy Open, both fields are empty."""

    end: int | None = None  # when the stream ends and the policy is asked again, a time of time.time()
    asked: Mapping[str, int] = field(default_factory=dict)  # {channel: its last event when the policy was asked}

    def are_over(self) -> bool:
        return self.end is not None and time.time() >= self.end


def timeout(channels: Iterable[str], rights: Rights) -> int:
    """Return the seconds until the proxy follows the link unasked, from half to one and a half NEXT_LINK_S.

    If the stream has an end, the proxy asks soon after it. Else each hold_link has a time of its own, which never
    changes. Pushpin has one timer for all streams with the same link and the same time, and passes over all these
    timers whenever it sends something. With times that depended on the clock, it spent two thirds of its CPU there.
    """
    if rights.end is None:
        return NEXT_LINK_S // 2 + _link(channels) * NEXT_LINK_S // LINKS
    return math.ceil(max(0, rights.end - time.time()) + slots.LATE_S)


def hold_link(channels: Iterable[str], rights: Rights) -> str:
    """Return the link for the time while the proxy holds the stream.

    It is one of LINKS addresses, or one for each end of a stream, and all readers of the same channels have the same
    one. When the proxy asks, its header Grip-Last says the channels and their last events. It asks once for all readers
    with the same last events.
    """
    name = str(_link(channels)) if rights.end is None else _hold_name(rights.end)
    return f"{reverse('chat:next-link', args=[name])}?link=next&recover=true"


def more_link(last_ids: Mapping[str, str], rights: Rights) -> str:
    """Return the link for a reader who has more to read.

    The proxy sends no Grip-Last then, so the address has the channels and the last events. Such an address needs a path
    of its own: the proxy asks only once for two addresses that differ in their query alone, and would give one room's
    messages to another room's readers.
    """
    end = rights.end or (int(time.time()) // NEXT_LINK_S + 1) * NEXT_LINK_S + MORE_VALID_S
    channels, event_id = list(last_ids), make_id(last_ids)
    asked = [rights.asked[channel] for channel in channels if rights.asked]
    fields = [*(("channel", channel) for channel in channels), ("link", "next"), ("lastEventId", event_id)]
    fields += [("asked", str(number)) for number in asked]
    return f"{reverse('chat:next-link', args=[_more_name(end, channels, event_id, asked)])}?{urlencode(fields)}"


def end_in_hold_link(name: str) -> int | None:
    """Return the end of the stream in the name of a hold_link, None if it has none or was not made by us."""
    digits = name.partition("-")[0]
    if not _is_number(digits):
        return None
    end = int(digits)
    return end if constant_time_compare(name, _hold_name(end)) else None


def signed_position(request: HttpRequest, name: str) -> tuple[list[str], str, Rights] | None:
    """Return what the address of a more_link says: the channels, the last event id, and the rights.

    Return None if we did not make the address, or if it is not valid any more.
    """
    channels, event_id = request.GET.getlist("channel"), request.GET.get("lastEventId", "")
    digits, asked = name.partition("-")[0], request.GET.getlist("asked")
    if not all(map(_is_number, [digits, *asked])) or len(asked) not in (0, len(channels)):
        return None
    end, numbers = int(digits), [*map(int, asked)]
    if not constant_time_compare(name, _more_name(end, channels, event_id, numbers)) or time.time() >= end:
        return None
    return channels, event_id, Rights(end, dict(zip(channels, numbers, strict=True))) if asked else Rights()


def _hold_name(end: int) -> str:
    return f"{end}-{_mac('hold', end)}"


def _more_name(end: int, channels: list[str], event_id: str, asked: list[int]) -> str:
    return f"{end}-{_mac('more', end, channels, event_id, asked)}"


def _mac(*what: object) -> str:
    return salted_hmac(SALT, json.dumps(what), algorithm="sha256").hexdigest()[:32]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _link(channels: Iterable[str]) -> int:
    """Return which of the LINKS addresses these channels have."""
    return zlib.crc32("\n".join(channels).encode()) % LINKS
