"""The first middleware: it turns our answer into instructions for the GRIP proxy, and compresses nothing for it."""

import django_grip
from django.http import HttpRequest, HttpResponse
from django_grip import GripData

from chat.grip import signature
from chat.grip.channel_names import GRIP_PREFIX
from chat.grip.config import proxies
from chat.web.place import is_stream
from chat.web.refusals import answer, refuse
from chat.web.serving import INSTRUCT


class GripRequest(HttpRequest):
    """The type of a request that has passed GripMiddleware: Django's request with one more attribute."""

    grip: GripData


class GripMiddleware(django_grip.GripMiddleware):
    """django-grip's middleware, without WebSocket messages: it would read those, and answer in its own way."""

    def process_request(self, request: GripRequest) -> HttpResponse | None:
        if request.content_type == "application/websocket-events":
            request.grip = GripData()
            return answer(request, refuse(415, "Content-Type", "WebSocket messages are not served here."))
        # The library would check the signature of each request. chat/grip/signature.py checks each one once a second.
        token = request.META.pop("HTTP_GRIP_SIG", None)
        answered = super().process_request(request)
        if token is not None:
            request.META["HTTP_GRIP_SIG"] = token
            is_needed = signature.is_needed(proxies())
            request.grip.signed = is_needed and signature.is_good(token, proxies())
            request.grip.proxied = request.grip.signed or not is_needed
        if request.grip.proxied or is_stream(request):
            # Debian's Pushpin always asks for gzip and unpacks the answer. That takes time, and it takes away the
            # Content-Length, without which HTTP/1.0 clients wait endlessly and HEAD says 0. A Range of the packed
            # bytes would be another one. And a host's GZipMiddleware would keep back the pieces of a stream.
            request.META.pop("HTTP_ACCEPT_ENCODING", None)
        return answered

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        request.grip.instruct = getattr(response, INSTRUCT, request.grip.instruct)  # type: ignore[attr-defined]
        for channel in request.grip.instruct.channels if request.grip.instruct else ():  # type: ignore[attr-defined]
            channel.name = channel.name.removeprefix(GRIP_PREFIX)  # the library puts it before the name again
        response = super().process_response(request, response)
        if response.get("Content-Type") == "text/event-stream":
            response.cookies.clear()  # a host may save its session at each request
        if request.method == "HEAD" and not response.streaming:
            response.content = b""
        return response
