"""The three ways to serve: our own Pushpin in front, somebody else's proxy, or no proxy at all."""

import os
import secrets
import socket
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from chatsite import metrics_folder
from chatsite.env import Environment

from . import front, ports, pushpin, web
from .instance import MARK
from .part import Part
from .pulse import Front, Pulse
from .sessions import Session
from .terminal import say

if TYPE_CHECKING:  # it needs a library that the supervisor loads only if INTERNAL is set
    from .internal import Internal


class Mode(NamedTuple):
    """What one way to serve consists of."""

    parts: list[Part]  # in the order in which they are stopped
    environment: dict[str, str]  # of the processes that run Django
    pulse: Pulse | None = None  # looks at our own Pushpin
    internal: "Internal | None" = None  # the listener for the inside


def mode(env: Environment, ip: str, run_dir: Path, counts: Path | None) -> Mode:
    """Return the mode that the environment asks for and the machine allows.

    With INTERNAL, `counts` is the folder in which the web server's processes count.
    """
    environment = {**os.environ, "DATA_DIR": str(env.data_dir), MARK: str(run_dir)}
    if counts:
        environment[metrics_folder.NAME] = str(counts)
    if env.grip_url:
        say("The streams go through the proxy that GRIP_URL names; no Pushpin is started here.")
        return _web_alone(web.BEHIND_A_PROXY, env, ip, counts, environment)
    if pushpin.installed():
        return _behind_pushpin(env, ip, run_dir, counts, environment)
    say("Pushpin is not installed and may not be installed here: serving in embedded mode, for trying out.")
    return _web_alone(web.EMBEDDED, env, ip, counts, environment)


def _web_alone(
    command: tuple[str, ...], env: Environment, ip: str, counts: Path | None, environment: dict[str, str]
) -> Mode:
    listener = ports.listen(ip, env.port)
    if env.web_port:
        say("WEB_PORT has no effect: no Pushpin of ours is in front, so Django itself listens on PORT.")
    return Mode([_web(command, environment, listener)], environment, internal=_internal(env, ip, counts, listener))


def _behind_pushpin(env: Environment, ip: str, run_dir: Path, counts: Path | None, environment: dict[str, str]) -> Mode:
    ports.listen(ip, env.port).close()  # fails if the port is taken; Pushpin would say so in its log only
    listener = ports.listen_inside(env.port, env.web_port)
    key, hold = secrets.token_hex(32), secrets.token_hex(16)
    log_dir = env.data_dir / "log"
    log = log_dir / "pushpin.log"
    pushpin.put_old_logs_aside(log_dir)
    internal = _internal(env, ip, counts, listener)

    def start_pushpin() -> Session:
        configuration = pushpin.write_configuration(
            run_dir,
            log_dir,
            listen=ports.written(ip, env.port),
            web_port=listener.getsockname()[1],
            key=key,
            hold=hold,
            statistics=internal.new_statistics(env.port) if internal else "",
        )
        own = {"PATH": os.environ.get("PATH", os.defpath), MARK: str(run_dir)}
        return Session(pushpin.command(configuration, env.port, env.pushpin_cores), own, output=log)

    environment["GRIP_URL"] = f"{pushpin.command_uri(run_dir)}?key={key}"
    environment.pop("GRIP_VERIFY_KEY", None)  # our Pushpin signs with the key above
    part = Part("Pushpin", start_pushpin, log)
    its_front = Front(front.LOOPBACK_FOR.get(ip, ip), env.port, urlsplit(front.url(env, ip)).netloc)
    pulse = Pulse(part, its_front, run_dir, hold, env.data_dir)
    return Mode([_web(web.BEHIND_A_PROXY, environment, listener), part], environment, pulse, internal)


def _internal(env: Environment, ip: str, counts: Path | None, web_server: socket.socket) -> "Internal | None":
    """Return the listener for the inside, if INTERNAL names one."""
    if not env.internal:
        return None
    from .internal import Internal, Server

    web_ip, web_port = web_server.getsockname()[:2]
    host = urlsplit(front.url(env, ip)).netloc
    return Internal(env.internal, env.data_dir, counts, Server(front.LOOPBACK_FOR.get(web_ip, web_ip), web_port, host))


def _web(command: tuple[str, ...], environment: dict[str, str], listener: socket.socket) -> Part:
    return Part("The web server", lambda: Session(command, environment, listener=listener))
