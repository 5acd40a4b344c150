"""The three ways to serve: our own Pushpin in front, somebody else's proxy, or no proxy at all."""

import os
import secrets

from . import ports, pushpin, web
from .instance import MARK
from .sessions import Session
from .supervisor import Part
from .terminal import say


def parts(env, ip, run_dir):
    """Return the parts in the order of their stopping, and the environment of those that run Django."""
    environment = {**os.environ, "DATA_DIR": str(env.data_dir), MARK: str(run_dir)}
    if env.grip_url:
        say("The streams go through the proxy that GRIP_URL names; no Pushpin is started here.")
        return [_web(web.BEHIND_A_PROXY, environment, ports.listen(ip, env.port))], environment
    if pushpin.installed():
        return _behind_pushpin(env, ip, run_dir, environment)
    say("Pushpin is not installed and may not be installed here: serving in embedded mode, for trying out.")
    return [_web(web.EMBEDDED, environment, ports.listen(ip, env.port))], environment


def _behind_pushpin(env, ip, run_dir, environment):
    ports.listen(ip, env.port).close()  # only to say it in our own words when it is taken
    listener = ports.listen_inside(env.port)
    control_port = ports.free_inside(env.port)
    key = secrets.token_hex(32)
    log_dir = env.data_dir / "log"
    log = log_dir / "pushpin.log"
    pushpin.put_old_logs_aside(log_dir)

    def start_pushpin():
        configuration = pushpin.write_configuration(
            run_dir,
            log_dir,
            listen=ports.written(ip, env.port),
            control_port=control_port,
            web_port=listener.getsockname()[1],
            key=key,
        )
        own = {"PATH": os.environ.get("PATH", os.defpath), MARK: str(run_dir)}
        return Session(pushpin.command(configuration), own, output=log)

    environment["GRIP_URL"] = f"http://{ports.LOOPBACK}:{control_port}?key={key}"
    environment.pop("GRIP_VERIFY_KEY", None)  # our Pushpin signs with the key above
    return [_web(web.BEHIND_A_PROXY, environment, listener), Part("Pushpin", start_pushpin, log)], environment


def _web(command, environment, listener):
    return Part("The web server", lambda: Session(command, environment, listener=listener))
