"""A web server that shows a test which headers reached it."""

from http.server import BaseHTTPRequestHandler


class Echo(BaseHTTPRequestHandler):
    """Answers each GET with the headers of the request."""

    def do_GET(self):
        body = str(self.headers).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
