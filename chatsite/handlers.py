"""Django's two handlers, deaf to what a Content-Type may say about other encodings than UTF-8."""

from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class PlainContentType:
    """Read the header once. With a charset in it Django would read the address in that charset, be it "base64"."""

    def _set_content_type_params(self, meta):
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (ValueError, LookupError):  # an RFC 2231 parameter that can't be decoded: for Django a 500
            self.content_type, self.content_params = "", {}


class Request(PlainContentType, WSGIRequest):
    pass


class AsyncRequest(PlainContentType, ASGIRequest):
    pass


class Handler(WSGIHandler):
    request_class = Request


class AsyncHandler(ASGIHandler):
    request_class = AsyncRequest

    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # the server answers 403
        else:
            await super().__call__(scope, receive, send)
