"""When streams end by themselves, so that the policy is asked again. Only where not everybody may read everything.

The end of a stream is fixed when it opens: all streams that a room gets in the same ten minutes end in the same minute,
and a fifth of them at once. The proxy holds each stream on one more channel, that of its end. When the time has come,
each server process closes all streams of that channel. The stream's next link is due a little later, for the case that
no server was there. It alone would not do: Pushpin puts it off whenever the stream gets a message.

In numbers: a stream ends 300 s (half a slot) to 900 s (one and a half) after it opens, plus 48 s at most (SPREAD - 1
steps). A process looks every half second, and the next link comes LATE_S later. That makes 16 minutes. Four more may
pass until all proxies have got the word: rights end within 20 minutes. It is never sooner than 5 minutes, because
Pushpin follows a room's next link right after the room's first reader came.
"""

import math
import time
import zlib
from collections.abc import Iterable

from . import publisher

SLOT_S = 600
STEP_S = 12  # ends are multiples of it
SPREAD = 5  # steps over which the readers of a room are spread, so that not all of them come back at once
LATE_S = 5
AGAIN_S = 12  # a stream may have been on its way to the proxy when the word came, with an answer of just before
MISSED_S = 3600  # what a new process makes up for: no server may have been there


def end_for(channels: Iterable[str], step: int) -> int:
    """Return when a stream of these channels ends that opens now, a time of time.time(); `step` is below SPREAD.

    All rooms together have SLOT_S / STEP_S = 50 ends in each slot, and so 50 next links. Pushpin follows 10 a second.
    """
    minute = STEP_S * SPREAD
    begin = zlib.crc32("\n".join(sorted(channels)).encode()) % (SLOT_S // minute) * minute
    earliest = time.time() + SLOT_S / 2
    return begin + math.ceil((earliest - begin) / SLOT_S) * SLOT_S + step * STEP_S


def channel_of(end: int) -> str:
    """Return the name at the proxy of the channel on which all streams are that end then."""
    return f"end-{end}"


def close_ended(since: float, until: float) -> None:
    """Let the proxies close the streams whose end lies in this time, and once more AGAIN_S later."""
    for late_s in (AGAIN_S, 0):
        for step in range(math.floor((since - late_s) / STEP_S) + 1, math.floor((until - late_s) / STEP_S) + 1):
            publisher.close(channel_of(step * STEP_S))
