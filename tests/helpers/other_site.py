"""Another site, whose pages use the chat from a browser."""

from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

from .loopback_server import LoopbackServer

# As a browser sees them from a chat at 127.0.0.1.
SAME_SITE, CROSS_SITE = "127.0.0.1", "localhost"


class OtherSite(LoopbackServer):
    """Answers each GET with the text that page(fields of the query) returns; used by `with`."""

    def __init__(self, page):
        self._page = page
        self.port = urlsplit(self.listen(self._handler())).port

    def origin(self, host=CROSS_SITE):
        return f"http://{host}:{self.port}"

    def _handler(site):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                page = site._page(dict(parse_qsl(urlsplit(self.path).query))).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_):
                pass

        return Handler
