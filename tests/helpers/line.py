"""A line to the chat that can be cut."""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

from tests.helpers.running import spare_port


class Line:
    """Passes everything on to the server at `url`; while it is cut, nobody gets through or in.

    Its streams can fall silent, too: they stay open and nothing comes through them any more.
    """

    def __init__(self, url):
        where = urlsplit(url)
        self._server = (where.hostname, where.port)
        self._port = spare_port()
        self.url = f"http://127.0.0.1:{self._port}/"
        self._lock = threading.Lock()
        self._streams, self._silent = set(), set()
        self.mend()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cut()

    def mend(self):
        self._open = [socket.create_server(("127.0.0.1", self._port))]
        threading.Thread(target=self._accept, args=self._open, daemon=True).start()

    def cut(self):
        with self._lock:
            for end in self._open:
                _close(end)
            self._open = []

    def silence_streams(self):
        self._silent |= self._streams

    def open_streams(self):
        """Return how many streams come through."""
        return sum(end.fileno() != -1 for end in list(self._streams)) / 2

    def _accept(self, door):
        with suppress(OSError):  # cut
            while True:
                self._connect(door.accept()[0])

    def _connect(self, near):
        far = socket.create_connection(self._server)
        with self._lock:
            if not self._open:
                _close(near)
                _close(far)
                return
            self._open += near, far
        threading.Thread(target=self._pass_on, args=(near, far), daemon=True).start()
        threading.Thread(target=self._pass_on, args=(far, near), daemon=True).start()

    def _pass_on(self, source, target):
        with suppress(OSError):  # cut
            while data := source.recv(65536):
                if data.startswith(b"GET /events/"):
                    self._streams |= {source, target}
                if source not in self._silent:
                    target.sendall(data)
        _close(target)


def _close(end):
    with suppress(OSError):  # closed by the other side already
        end.shutdown(socket.SHUT_RDWR)  # wakes the threads that wait at this socket, which close() would not
    end.close()
