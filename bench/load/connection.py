"""One keep-alive connection that sends a request and waits for its answer."""

import socket


class Connection:
    """Call `send(bytes)`, then `read()` until it returns a status."""

    def __init__(self, address):
        self._address = address
        self.reconnects = -1
        self._connect()

    def fileno(self):
        return self._socket.fileno()

    def send(self, request):
        """Send a whole request, which fits into the socket's buffer."""
        self._received = b""
        self._socket.sendall(request)

    def read(self):
        """Return the status of the answer when it is complete, "closed" if the server closed, and None before that."""
        try:
            data = self._socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            return "closed"
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end or not _is_whole(head.lower(), body):
            return None
        self.wants_to_close = b"\r\nconnection: close" in head.lower()
        return int(head[9:12])

    def connect_again(self):
        """Replace the connection by a new one."""
        self._socket.close()
        self._connect()

    def close(self):
        self._socket.close()

    def _connect(self):
        self._socket = socket.create_connection(self._address, 10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received, self.wants_to_close = b"", False
        self.reconnects += 1


def _is_whole(head, body):
    if b"\r\ntransfer-encoding: chunked" in head:
        return body.endswith(b"0\r\n\r\n")
    _, _, length = head.partition(b"\r\ncontent-length:")
    return len(body) >= int(length.partition(b"\r\n")[0] or 0)
