"""The URL that people open, and whether it works."""

import http.client
import ipaddress
import time
from urllib.parse import urlsplit

from chatsite.env import LOOPBACK_HOSTS, Environment, EnvironmentProblem

from . import ports

LOOPBACK_FOR = {"0.0.0.0": "127.0.0.1", "::": "::1"}
ANSWER_S = 2
READY = "/-/ready"
FIRST_PAUSE_S = 0.5
SHOWN = (200, 302, 401, 403)  # a page, or where to sign in, or that a policy lets no stranger in


def url(env: Environment, ip: str) -> str:
    """Return the URL to open, with HOST if people may type it, else with the first allowed name that leads here."""
    allowed = [name.lstrip(".") for name in env.allowed_hosts]
    for name in (env.host, *allowed, *LOOPBACK_HOSTS):
        if (name in allowed or "*" in allowed) and _can_be_typed(name, ip):
            return f"http://{name}:{env.port}/"
    raise EnvironmentProblem(
        "HOST",
        env.host,
        "Pushpin drops the brackets of an IPv6 address that people type, so write 127.0.0.1, "
        "or the names that they will type into ALLOWED_HOSTS.",
    )


def exposed(ip: str, port: int) -> str | None:
    """Return a warning if other machines can connect: bin/run alone can't end slow clients, which take its slots."""
    if ipaddress.ip_address(ip).is_loopback:
        return None
    return (
        f"Let only a proxy reach {ports.written(ip, port)}, or a few slow clients make everybody wait: "
        "deploy/Caddyfile and deploy/nginx.conf have one, docs/one_machine.md says how."
    )


def _can_be_typed(name: str, ip: str) -> bool:
    if name == "*" or ":" in name:
        return False
    if name in LOOPBACK_HOSTS:
        return ip in LOOPBACK_FOR or ip in ports.addresses(name)
    return name not in LOOPBACK_FOR


class FirstPage:
    """The page that a browser gets when it opens `url`, and whether the server says that it is ready."""

    def __init__(self, url: str, ip: str) -> None:
        self._typed, self._ip = urlsplit(url), LOOPBACK_FOR.get(ip, ip)
        self._pause_s = FIRST_PAUSE_S
        self._ask_at = 0.0

    def works(self) -> bool:
        """Return whether the server is ready and answers with a page.

        Each 500 writes a traceback into the log, so after it this waits longer and longer before it asks again.
        """
        if time.monotonic() < self._ask_at:
            return False
        status = self._status(READY)
        if status == 200:
            status = self._status(self._typed.path)
        if status == 500:
            self._ask_at = time.monotonic() + self._pause_s
            self._pause_s *= 2
        return status in SHOWN

    def is_ready(self) -> bool:
        """Return whether the server says that it is ready."""
        return self._status(READY) == 200

    def _status(self, path: str) -> int | None:
        connection = http.client.HTTPConnection(self._ip, self._typed.port, timeout=ANSWER_S)
        try:
            connection.request("GET", path, headers={"Host": self._typed.netloc})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
