"""A network line between a browser and the chat, which a test can cut or silence."""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

from tests.helpers.running import spare_port


class Line:
    """A TCP relay in front of the server at `url`. While it is cut, it refuses all connections.

    It can also silence its streams: they stay open, but no more bytes arrive.
    """

    def __init__(self, url):
        where = urlsplit(url)
        self._server = (where.hostname, where.port)
        self._port = spare_port()
        self.url = f"http://127.0.0.1:{self._port}/"
        self._lock = threading.Lock()
        self._streams, self._silent = set(), set()
        self.repair()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cut()

    def repair(self):
        """Accept connections again, after cut()."""
        self._open = [socket.create_server(("127.0.0.1", self._port))]
        threading.Thread(target=self._accept, args=self._open, daemon=True).start()

    def cut(self):
        """End all connections and refuse new ones."""
        with self._lock:
            for end in self._open:
                _close(end)
            self._open = []

    def silence_streams(self):
        """Hold back all further bytes of the streams that are open now."""
        self._silent |= self._streams

    def open_streams(self):
        """Return how many streams are open."""
        return sum(end.fileno() != -1 for end in list(self._streams)) / 2

    def _accept(self, listening):
        with suppress(OSError):  # the line was cut
            while True:
                self._connect(listening.accept()[0])

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
        with suppress(OSError):  # the line was cut
            while data := source.recv(65536):
                if data.startswith(b"GET /events/"):
                    self._streams |= {source, target}
                elif data.startswith(b"HTTP/1.1 4"):  # it was refused, and the connection may wait for other requests
                    self._streams -= {source, target}
                if source not in self._silent:
                    target.sendall(data)
        _close(target)


def _close(end):
    with suppress(OSError):  # the other side has closed it already
        end.shutdown(socket.SHUT_RDWR)  # wakes the threads that wait at this socket; close() would not
    end.close()
