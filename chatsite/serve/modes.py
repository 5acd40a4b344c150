"""The three ways to serve: our own Pushpin in front, somebody else's proxy, or no proxy at all."""

import os
import secrets
import socket
from pathlib import Path

from chatsite.env import Environment

from . import ports, pushpin, web
from .instance import MARK
from .part import Part
from .sessions import Session
from .terminal import say


def parts(env: Environment, ip: str, run_dir: Path) -> tuple[list[Part], dict[str, str]]:
    """Return the parts in the order in which they are stopped, and the environment of the processes that run Django."""
    environment = {**os.environ, "DATA_DIR": str(env.data_dir), MARK: str(run_dir)}
    if env.grip_url:
        say("The streams go through the proxy that GRIP_URL names; no Pushpin is started here.")
        return [_web(web.BEHIND_A_PROXY, environment, ports.listen(ip, env.port))], environment
    if pushpin.installed():
        return _behind_pushpin(env, ip, run_dir, environment)
    say("Pushpin is not installed and may not be installed here: serving in embedded mode, for trying out.")
    return [_web(web.EMBEDDED, environment, ports.listen(ip, env.port))], environment


def _behind_pushpin(
    env: Environment, ip: str, run_dir: Path, environment: dict[str, str]
) -> tuple[list[Part], dict[str, str]]:
    ports.listen(ip, env.port).close()  # fails if the port is taken; Pushpin would say so in its log only
    listener = ports.listen_inside(env.port)
    key = secrets.token_hex(32)
    log_dir = env.data_dir / "log"
    log = log_dir / "pushpin.log"
    pushpin.put_old_logs_aside(log_dir)

    def start_pushpin() -> Session:
        configuration = pushpin.write_configuration(
            run_dir,
            log_dir,
            listen=ports.written(ip, env.port),
            web_port=listener.getsockname()[1],
            key=key,
        )
        own = {"PATH": os.environ.get("PATH", os.defpath), MARK: str(run_dir)}
        return Session(pushpin.command(configuration), own, output=log)

    environment["GRIP_URL"] = f"{pushpin.command_uri(run_dir)}?key={key}"
    environment.pop("GRIP_VERIFY_KEY", None)  # our Pushpin signs with the key above
    return [_web(web.BEHIND_A_PROXY, environment, listener), Part("Pushpin", start_pushpin, log)], environment


def _web(command: tuple[str, ...], environment: dict[str, str], listener: socket.socket) -> Part:
    return Part("The web server", lambda: Session(command, environment, listener=listener))
