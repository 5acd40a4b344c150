"""The connection to a GRIP proxy's control port, which receives the published events by HTTP."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from gripcontrol import GripPubControl
from urllib3 import Timeout, connection_from_url

from .config import Proxy
from .connection import RefusedContent

CONNECT_S, ANSWER_S = 2, 5
REFUSED_CONTENT = re.compile("status code (400|413) ")  # pubcontrol's words


class ControlPort:
    """A Connection. pubcontrol adds what the proxy wants to know about the sender."""

    def __init__(self, proxy: Proxy) -> None:
        (self._client,) = GripPubControl(proxy).clients
        self._client.requests_session = _Session(self._client.uri)

    def publish(self, items: Sequence[bytes]) -> None:
        body = b'{"items":[%s]}' % b",".join(items)
        try:
            self._client.http_call("/publish/", body, {"Content-Type": "application/json"})
        except ValueError as error:
            if REFUSED_CONTENT.search(str(error)):
                raise RefusedContent(str(error)) from None
            raise


class _Answer(NamedTuple):
    """The part of an answer that pubcontrol reads."""

    status_code: int
    headers: Mapping[str, str]
    text: str


class _Session:
    """Replaces pubcontrol's `requests_session`, which has no time limit: a hanging proxy would block us endlessly.

    It ignores netrc files and the environment's web proxies, and it takes half as long: with the session of requests,
    publishing took an eighth of the time that a message costs.
    """

    def __init__(self, uri: str) -> None:
        self._pool = connection_from_url(uri, timeout=Timeout(connect=CONNECT_S, read=ANSWER_S))

    def post(self, url: str, headers: Mapping[str, str], data: bytes) -> _Answer:
        """Return the answer, whatever its status; raise urllib3's errors if none comes."""
        answer = self._pool.urlopen("POST", urlsplit(url).path, data, headers, retries=False)
        return _Answer(answer.status, answer.headers, answer.data.decode(errors="replace"))
