from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

http = get_asgi_application()

from .consumers import Reader  # noqa: E402 (Django must be set up first)

websocket = URLRouter([path("rooms/<room>/", Reader.as_asgi())])
application = ProtocolTypeRouter({"http": http, "websocket": websocket})
