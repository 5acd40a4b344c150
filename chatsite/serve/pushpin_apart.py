"""python -m chatsite.serve.pushpin_apart DJANGO ...: keeps a Pushpin running for Django servers on other machines.

Each DJANGO is host:port. nginx connects to HOST and PORT. GRIP_URL is the URL of this Pushpin in the GRIP_URL of the
Django servers. The logs are in DATA_DIR.
"""

import http.client
import ipaddress
import os
import re
import secrets
import socket
import sys
from pathlib import Path

from chatsite import env as environment

from . import instance, open_files, ports, pushpin, sessions, signals, supervisor
from .front import LOOPBACK_FOR
from .part import Part
from .pulse import Front, Pulse
from .terminal import CannotStart, say, use_json

READY_S = 30
USAGE = "Name the Django servers, for example: bin/pushpin 10.0.0.11:8000 10.0.0.12:8000"
WRONG_URL = (
    "GRIP_URL won't do: write the one URL by which the Django servers know this Pushpin, "
    "http://10.0.0.21:5561?key=... with a key of 32 or more of the characters A-Z a-z 0-9 _ -"
)


def main(web_servers: list[str]) -> int:
    """Return the exit status."""
    os.umask(0o077)  # our logs are for us alone
    signals.hold()
    try:
        serve(environment.read(), _checked(web_servers))
    except signals.StopRequested:
        pass
    except (environment.EnvironmentProblem, CannotStart) as problem:
        say(problem, fd=2)
        return 1
    return 0


def serve(env: environment.Environment, web_servers: list[str]) -> None:
    """Serve until signals.StopRequested, and leave nothing behind."""
    if env.log_format == "json":
        use_json()
    ip = ports.address(env.host)
    listen = ports.written(ip, env.port)
    control_ip, control_port, key = _control(env.grip_url)
    if not pushpin.installed():
        raise CannotStart("Pushpin is not installed here. Install it first: sudo apt install pushpin")
    ports.listen(ip, env.port).close()  # fails if the port is taken; Pushpin would say so in its log only
    _check_control_port(control_ip, control_port)
    hold = secrets.token_hex(16)
    open_files.raise_limit()
    sessions.adopt_orphans()
    with instance.only_one(env.data_dir, f"http://{listen}/", listen), instance.run_directory(env.data_dir) as run_dir:
        internal = None
        if env.internal:
            from .internal import Internal  # it needs a library that the supervisor loads only for this

            internal = Internal(env.internal, env.data_dir, None, None)
            internal.start()
        part = _part(
            run_dir,
            env,
            listen=listen,
            control_ip=control_ip,
            control_port=control_port,
            web_servers=" ".join(web_servers),
            key=key,
            hold=hold,
            statistics=internal.new_statistics(env.port) if internal else "",
        )
        if internal:
            internal.parts = [part]
        try:
            part.start()
            supervisor.wait_until(lambda: _works(listen, control_ip, control_port), [part], READY_S)
            Pulse(part, Front(LOOPBACK_FOR.get(ip, ip), env.port, listen), run_dir, hold, env.data_dir).start()
            say(f"Pushpin is ready for nginx: {listen}  (Ctrl-C stops it)")
            while True:
                signals.wait(supervisor.tend([part]))
        finally:
            supervisor.stop([part])


def _part(run_dir: Path, env: environment.Environment, **values: object) -> Part:
    log_dir = env.data_dir / "log"
    log = log_dir / "pushpin.log"
    pushpin.put_old_logs_aside(log_dir)
    own = {"PATH": os.environ.get("PATH", os.defpath), instance.MARK: str(run_dir)}

    def start() -> sessions.Session:
        configuration = pushpin.fill_in(run_dir, log_dir, **values)
        return sessions.Session(pushpin.command(configuration, env.port, env.pushpin_cores), own, output=log)

    return Part("Pushpin", start, log)


def _checked(web_servers: list[str]) -> list[str]:
    # They go into the file of routes, where a space separates words.
    wrong = [name for name in web_servers if not re.fullmatch(r"([\w.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}", name)]
    if wrong or not web_servers:
        raise CannotStart(f"{wrong[0]!r} is no host:port. {USAGE}" if wrong else USAGE)
    return web_servers


def _control(grip_url: str) -> tuple[str, int, str]:
    """Return the address, the port and the key of the only proxy in GRIP_URL."""
    found = re.fullmatch(r"http://(\[[^]]+\]|[^:/?#@]+):([0-9]+)/?\?key=([A-Za-z0-9_-]{32,})", grip_url)
    if not found:
        raise CannotStart(WRONG_URL)
    ip, port, key = found.groups()
    ip = next(iter(ports.addresses(ip)), None)
    if ip is None:
        raise CannotStart(f"GRIP_URL won't do: {found[1]} has no address here. Write one of this machine.")
    address = ipaddress.ip_address(ip)
    if address.is_global or address.is_unspecified:
        raise CannotStart(f"GRIP_URL won't do: on {ip} the whole world could publish. Use a private network.")
    return ip, int(port), key


def _check_control_port(ip: str, port: int) -> None:
    """Raise CannotStart if another program has the port: it would get the events."""
    try:
        ports.listen(ip, port).close()
    except (CannotStart, environment.EnvironmentProblem):
        raise CannotStart(
            f"GRIP_URL won't do: {ports.written(ip, port)} is taken, or no address of this machine. Debian's package "
            "pushpin starts a Pushpin of its own there: sudo systemctl disable --now pushpin"
        ) from None


def _works(listen: str, control_ip: str, control_port: int) -> bool:
    """Return whether Pushpin listens for events, and opens a stream.

    While Pushpin's processes are still connecting to each other, a request may get lost, and a stream is answered with
    500.
    """
    front = http.client.HTTPConnection(listen, timeout=1)
    try:
        socket.create_connection((control_ip, control_port), timeout=1).close()
        front.request("GET", "/events/?channel=room-lobby")
        return front.getresponse().status != 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        front.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
