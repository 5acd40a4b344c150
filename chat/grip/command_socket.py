"""The connection to the command socket of a Pushpin on this machine, which receives the published events by ZeroMQ."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

import zmq

from . import tnetstring
from .connection import RefusedContent

if TYPE_CHECKING:  # the supervisor publishes too, and stays small without the libraries that config needs
    from .config import Proxy

ANSWER_S = 2  # a Pushpin on this machine that has much to do needs less than one


class CommandSocket:
    """A Connection."""

    def __init__(self, proxy: "Proxy") -> None:
        self._address = unquote(proxy["control_uri"])
        self._socket: zmq.SyncSocket | None = None

    def publish(self, items: Sequence[bytes]) -> None:
        command = {"id": "1", "method": "publish", "args": {"items": [json.loads(item) for item in items]}}
        answer = tnetstring.decode(self._answer_to(tnetstring.encode(command)))
        if not answer["success"]:
            refusal = f"{answer.get('condition')}: {answer.get('value')}"
            raise RefusedContent(refusal) if answer.get("condition") == "bad-request" else ValueError(refusal)

    def _answer_to(self, command: bytes) -> bytes:
        # A socket that waits for its answer can't send again. So after a command without an answer, take a new one.
        socket, self._socket = self._socket or self._connected(), None
        socket.send(command)
        if not socket.poll(1000 * ANSWER_S):
            socket.close()
            raise TimeoutError(f"no answer within {ANSWER_S} s")
        self._socket = socket
        return socket.recv()

    def _connected(self) -> zmq.SyncSocket:
        socket = zmq.Context.instance().socket(zmq.REQ)  # the context of this process, also after a fork
        socket.linger = 0
        socket.connect(self._address)  # from now on it connects again by itself whenever Pushpin restarts
        return socket
