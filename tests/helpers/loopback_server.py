"""The HTTP servers on loopback that play a proxy."""

import threading
from http.server import ThreadingHTTPServer


class LoopbackServer:
    """Serves inside `with`, on a spare port or on `port`; `handler` is a class of http.server."""

    def listen(self, handler, port=0):
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
