"""The first middleware: it turns our answer into instructions for the GRIP proxy."""

import django_grip
from django.http import HttpRequest, HttpResponse
from django_grip import GripData

from chat.web.refusals import answer, refuse


class GripRequest(HttpRequest):
    """The type of a request that has passed GripMiddleware: Django's request with one more attribute."""

    grip: GripData


class GripMiddleware(django_grip.GripMiddleware):
    """django-grip's middleware, without WebSocket messages: it would read those, and answer in its own way."""

    def process_request(self, request: GripRequest) -> HttpResponse | None:
        if request.content_type == "application/websocket-events":
            request.grip = GripData()
            return answer(request, refuse(415, "Content-Type", "WebSocket messages are not served here."))
        return super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        if request.method == "HEAD" and not response.streaming:
            response.content = b""
        return response
