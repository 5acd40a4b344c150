"""Our chat, as bin/run serves it."""

from tests.helpers.running import Chat

from . import database
from .stack import Stack, check_choice


class Ours(Stack):
    name = "ours"

    def __init__(self, database="sqlite", through="proxy"):
        """Posts go `through` Pushpin ("proxy") or directly to the web server ("straight")."""
        check_choice("through", through, "proxy", "straight")
        self._kind, self._through = database, through

    def _start(self, stack):
        data = self.folder / "data"
        data.mkdir()
        self._database = database.start(self._kind, stack, data)
        self.database_url = self._database.url
        environment = {"LOG_LEVEL": "ERROR"}
        if self._kind == "postgresql":  # without the variable, the chat creates the SQLite file at the same path
            environment["DATABASE_URL"] = self.database_url
        self._chat = stack.enter_context(Chat.ready(data, **environment))
        self.reader_address = ("127.0.0.1", int(self._chat.port))
        self.poster_address = self.reader_address if self._through == "proxy" else ("127.0.0.1", self._chat.web_port)

    def processes(self):
        names = dict.fromkeys(self._chat.names())
        found = {name: self._chat.pids_of(name) for name in names}
        return {"bin/run": [self._chat.pid], **found, **self._database.processes()}
