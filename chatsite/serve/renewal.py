"""New workers for the web server, with the current code, while everything else goes on."""

import signal

from . import web
from .part import KILLED_GRACE_S, Part
from .sessions import Session, send
from .terminal import say


class Renewal:
    """First the preparation (checks, migrations, static files), then SIGHUP to the web server."""

    def __init__(self, web_server: Part, environment: dict[str, str]) -> None:
        self._web_server, self._environment = web_server, environment
        self._preparing: Session | None = None
        self._wanted = False

    def want(self) -> None:
        """Ask for new workers. If a preparation is running, another follows it."""
        self._wanted = True

    def tend(self) -> None:
        """Take the next step, if it is time for one."""
        if self._preparing and (how := self._preparing.ended()):
            self.stop()
            if how == "exit status 0":
                self._replace()
            else:
                say(
                    "The workers were not replaced: the chat goes on with the old ones. Repair what the lines above "
                    "name, then reload again."
                )
        if self._wanted and not self._preparing:
            self._wanted = False
            self._prepare()

    def stop(self) -> None:
        if self._preparing:
            self._preparing.end(KILLED_GRACE_S)
            self._preparing = None

    def _prepare(self) -> None:
        try:
            self._preparing = Session(web.PREPARE, self._environment)
        except OSError as error:
            say(f"The workers were not replaced ({error.strerror}): the chat goes on with the old ones.")

    def _replace(self) -> None:
        if self._web_server.session:
            send(self._web_server.session.pid, signal.SIGHUP)
            say("The workers are being replaced.")
