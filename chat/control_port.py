"""The connection to a GRIP proxy's control port, where events are published."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from urllib3 import Timeout, connection_from_url

CONNECT_S, ANSWER_S = 2, 5


class ControlPort:
    """Stands in for pubcontrol's session of requests, which has no time limit: a hanging proxy would hold us for ever.

    It reads neither a netrc nor the environment's web proxies, and takes half as long; with requests an eighth of all
    that a message costs went into publishing it.
    """

    def __init__(self, uri):
        self._pool = connection_from_url(uri, timeout=Timeout(connect=CONNECT_S, read=ANSWER_S))

    def post(self, url, headers, data):
        """Return the Answer, whatever its status; raise urllib3's errors if there is none."""
        answer = self._pool.urlopen("POST", urlsplit(url).path, data, headers, retries=False)
        return Answer(answer.status, answer.headers, answer.data.decode(errors="replace"))


class Answer(NamedTuple):
    """What pubcontrol looks at of an answer."""

    status_code: int
    headers: Mapping[str, str]
    text: str
