"""The URL that people open, and whether it works."""

import http.client
import ipaddress
from urllib.parse import urlsplit

from chatsite.env import LOOPBACK_HOSTS, Environment, EnvironmentProblem

from . import ports

LOOPBACK_FOR = {"0.0.0.0": "127.0.0.1", "::": "::1"}
ANSWER_S = 2


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
    """Return a line for who lets others than this machine connect: bin/run can't keep slow clients from its slots."""
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


def works(url: str, ip: str) -> bool:
    """Ask for the first page like a browser that opens `url`; return whether the answer is 200."""
    typed = urlsplit(url)
    connection = http.client.HTTPConnection(LOOPBACK_FOR.get(ip, ip), typed.port, timeout=ANSWER_S)
    try:
        connection.request("GET", typed.path, headers={"Host": typed.netloc})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
