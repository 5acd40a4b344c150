"""Whether the GRIP proxies deliver: what the supervisor saw of its own Pushpin, what waits here, and the clocks."""

import json
import time
from typing import NamedTuple

from chat.conf import conf
from chat.grip import publisher, signature
from chat.grip.config import proxies

OLD_S = 30  # the supervisor looks every 5 s

NONE = "There is no proxy: this process holds the streams itself."
DELIVERS = "The proxy takes all events."


class Found(NamedTuple):
    ok: bool
    words: str


def look() -> Found:
    """Return what is known without asking anybody."""
    if not proxies():
        return Found(True, NONE)
    problems = [*_seen_by_the_supervisor(), *publisher.delays(), *signature.delays()]
    return Found(not problems, " ".join(problems) or DELIVERS)


def _seen_by_the_supervisor() -> list[str]:
    """Return what is wrong with the Pushpin that bin/run started. There is no file if it started none."""
    if conf.pulse_file is None:
        return []
    try:
        seen = json.loads(conf.pulse_file.read_text())
        age, ok, words = time.time() - seen["at"], bool(seen["ok"]), str(seen["words"])
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError):
        return ["What the supervisor wrote about Pushpin can't be read."]
    if age > OLD_S:
        return [f"The supervisor has not looked at Pushpin for {age:.0f} s."]
    return [] if ok else [words]
