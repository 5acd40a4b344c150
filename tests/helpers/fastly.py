"""A fake Fastly Fanout: the API that the chat publishes to, and the key that signs Fastly's requests.

https://www.fastly.com/documentation/reference/api/publishing/ describes the API.
"""

import hmac
import json
import queue
import time
from base64 import b64encode, urlsafe_b64encode
from http.server import BaseHTTPRequestHandler

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt import encode

from tests.helpers.loopback_server import LoopbackServer

WAIT_S = 10
SERVICE = "7Qm1Xb3cW9aZk2Lt5Vd8Rs"
TOKEN = "an-api-token_of_one_account_0123"


class Fastly(LoopbackServer):
    """Listens on loopback inside `with`; a customer sets GRIP_URL to `grip_url` and GRIP_VERIFY_KEY to `verify_key`."""

    def __init__(self):
        self._items = queue.Queue()
        self._key = generate_private_key(SECP256R1())
        api = self.listen(self._handler())
        self.grip_url = f"{api}/service/{SERVICE}?verify-iss=fastly:{SERVICE}&key={TOKEN}"
        self.public_pem = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.verify_key = f"base64:{b64encode(self.public_pem).decode()}"

    def signature(self, key=None, algorithm="ES256", **claims):
        """Return Fastly's Grip-Sig header, valid for one hour. `claims` replaces claims; None leaves a claim out."""
        claims = {"iss": f"fastly:{SERVICE}", "exp": int(time.time()) + 3600, **claims}
        sent = {name: value for name, value in claims.items() if value is not None}
        return encode(sent, self._key if key is None else key, algorithm)

    def password_signature(self, password):
        """Return a Grip-Sig header signed by HS256 with any password (bytes). The JWT library would refuse some."""
        head, claims, _ = self.signature().split(".")
        head = _base64(b'{"alg":"HS256","typ":"JWT"}')
        return f"{head}.{claims}.{_base64(hmac.digest(password, f'{head}.{claims}'.encode(), 'sha256'))}"

    def next_item(self):
        """Return the next published item; fail after 10 s."""
        return self._items.get(timeout=WAIT_S)

    def _handler(fastly):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = self._judge()
                if status == 200:
                    for item in json.loads(body)["items"]:
                        fastly._items.put(item)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def _judge(self):
                if self.path != f"/service/{SERVICE}/publish/":  # the slash is required
                    return 404
                if TOKEN not in (
                    self.headers["Fastly-Key"],
                    (self.headers["Authorization"] or "").removeprefix("Bearer "),
                ):
                    return 401
                return 200 if self.headers["Content-Type"] == "application/json" else 400

            def log_message(self, *_):
                pass

        return Handler


def _base64(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()
