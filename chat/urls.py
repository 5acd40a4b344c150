from django.urls import path, register_converter
from django.urls.converters import StringConverter

from .api import moderation
from .api import views as api
from .health import views as health
from .pages import views as pages
from .streams import views as streams


class SegmentConverter(StringConverter):
    """One whole segment of a path, spaces and line ends included: the views say what is wrong with it."""

    regex = r"(?s:[^/]+)"


register_converter(SegmentConverter, "segment")

app_name = "chat"

# Top-level names without a slash are rooms, so every new page lives below /-/.
urlpatterns = [
    path("", pages.join, name="join"),
    path("events/", streams.events, name="events"),
    # Pushpin tells next links apart by their path only.
    path("events/<slug:link>/", streams.events, name="next-link"),
    path("rooms/<segment:room>/messages/", api.messages, name="messages"),
    path("rooms/<segment:room>/messages/<segment:message_id>/", api.message, name="message"),
    path("rooms/<segment:room>/events/", streams.room_events, name="room-events"),
    path("-/live", health.live, name="live"),
    path("-/ready", health.ready, name="ready"),
    path("-/seen", health.seen, name="seen"),
    path("-/moderate/", moderation.act, name="moderate"),
    path("-/language/", pages.choose_language, name="language"),
    path("-/manifest.webmanifest", pages.manifest, name="manifest"),
    path("<segment:room>", pages.room, name="room"),
]
