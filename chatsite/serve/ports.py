"""The addresses that one instance listens on."""

import errno
import random
import socket

from chatsite.env import EnvironmentProblem

from .terminal import CannotStart

LOOPBACK = "127.0.0.1"
INTERNAL = range(7100, 7900)  # outgoing connections use ports above 10000
KEPT_FOR_OTHERS = 100  # people number their instances PORT=8000, PORT=8001, …
BACKLOG = 2048


def address(host: str) -> str:
    """Return HOST as a numeric address, IPv4 if it has one."""
    found = addresses(host)
    if not found:
        raise EnvironmentProblem("HOST", host, "write an address of this machine, for example 127.0.0.1.")
    return min(found, key=lambda ip: ":" in ip)


def addresses(name: str) -> list[str]:
    """Return the numeric addresses of `name`, which may itself be an address."""
    try:
        found = socket.getaddrinfo(name.strip("[]"), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(entry[4][0]) for entry in found]


def written(ip: str, port: int) -> str:
    """Return ip:port as in a URL."""
    return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"


def listen(ip: str, port: int, name: str = "PORT") -> socket.socket:
    """Return a listening socket; raise CannotStart or EnvironmentProblem with the reason.

    `name` is the variable that has the port.
    """
    try:
        return _listening(ip, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            another = 8000 if port == 65535 else port + 1
            raise CannotStart(
                f"Port {port} on {ip} is taken by another program: end that one (ss -ltnp shows it), "
                f"or choose another port: {name}={another}"
            ) from None
        if error.errno == errno.EACCES:
            raise EnvironmentProblem(name, str(port), "ports below 1024 are root's: write 1024 or more.") from None
        raise EnvironmentProblem("HOST", ip, f"can't listen there ({error.strerror}).") from None


def listen_inside(public_port: int, web_port: int | None = None) -> socket.socket:
    """Return a listening socket on loopback, on WEB_PORT or else on a port that nobody else is likely to use."""
    if web_port:
        return listen(LOOPBACK, web_port, "WEB_PORT")
    candidates = [port for port in INTERNAL if not public_port <= port < public_port + KEPT_FOR_OTHERS]
    for port in random.sample(candidates, len(candidates)):
        try:
            return _listening(LOOPBACK, port)
        except OSError:
            continue
    raise CannotStart(f"No free port from {INTERNAL.start} to {INTERNAL.stop - 1} on {LOOPBACK}: end something there.")


def _listening(ip: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Every connection inherits this. gunicorn sends the head and the body of an answer separately. On a connection
        # that Pushpin keeps open, the body would otherwise wait 40 ms for the delayed ACK of the head.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((ip, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
