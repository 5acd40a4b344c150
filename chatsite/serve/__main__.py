"""python -m chatsite.serve, from the project folder: serves until Ctrl-C, SIGTERM or SIGHUP, then exits with 0.

SIGUSR1 replaces the web server's workers by new ones with the current code. The readers' streams stay open.
"""

import os
import sys
from contextlib import nullcontext

from chatsite import env as environment

from . import front, instance, modes, neighbours, open_files, ports, pulse, sessions, signals, supervisor, web
from .part import Part
from .renewal import Renewal
from .terminal import CannotStart, say, use_json

READY_S = 30


def main() -> int:
    """Return the exit status."""
    os.umask(0o077)  # what we and our processes write in DATA_DIR is for us alone
    signals.hold()
    try:
        serve(environment.read())
    except signals.StopRequested:
        pass
    except (environment.EnvironmentProblem, CannotStart) as problem:
        say(problem, fd=2)
        return 1
    return 0


def serve(env: environment.Environment) -> None:
    """Serve until signals.StopRequested, and leave nothing behind."""
    if env.log_format == "json":
        use_json()
    ip = ports.address(env.host)
    url = front.url(env, ip)
    open_files.raise_limit()
    sessions.adopt_orphans()
    with (
        instance.only_one(env.data_dir, url, ports.written(front.LOOPBACK_FOR.get(ip, ip), env.port)),
        instance.run_directory(env.data_dir) as run_dir,
        instance.counts(run_dir) if env.internal else nullcontext() as counts,
    ):
        pulse.forget(env.data_dir)
        parts, django_environment, its_pulse, internal = modes.mode(env, ip, run_dir, counts)
        django_environment[neighbours.NAME] = neighbours.name(env.grip_url or django_environment.get("GRIP_URL"))
        try:
            if internal:
                internal.parts = parts
                internal.start()
            start(parts, django_environment)
            supervisor.wait_until(front.FirstPage(url, ip).works, parts, READY_S)
            if exposed := front.exposed(ip, env.port):
                say(exposed)
            say(f"Chat is ready: {url}  (Ctrl-C stops it)")
            if its_pulse:
                its_pulse.start()
            renewal = Renewal(web_server=parts[0], environment=django_environment)
            supervisor.keep_running(parts, renewal)
        finally:
            supervisor.stop(parts)


def start(parts: list[Part], environment: dict[str, str]) -> None:
    """Start the proxy. While it starts, bring the database up to date. Then start the web server."""
    web_server, *proxy = parts
    for part in proxy:
        part.start()
    if supervisor.run_to_end(sessions.Session(web.PREPARE, environment)) != "exit status 0":
        raise CannotStart("The chat was not started.")
    web_server.start()


if __name__ == "__main__":
    sys.exit(main())
