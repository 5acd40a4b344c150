from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from .api import description, moderation
from .api import views as api
from .health import views as health
from .pages import frames
from .pages import views as pages
from .policy.asking import private
from .streams import views as streams
from .web.refusals import nowhere
from .web.serving import serve


class SegmentConverter(StringConverter):
    """One whole segment of a path, spaces and line ends included: the views say what is wrong with it."""

    regex = r"(?s:[^/]+)"


register_converter(SegmentConverter, "segment")

app_name = "chat"

# Top-level names without a slash are rooms, so every new page lives below /-/.
urlpatterns = [
    path("", private(serve(pages.join)), name="join"),
    path("events/", private(serve(streams.events)), name="events"),
    # Pushpin tells next links apart by their path only.
    path("events/<slug:link>/", private(serve(streams.events)), name="next-link"),
    path("rooms/<segment:room>/messages/", private(serve(api.messages)), name="messages"),
    path("rooms/<segment:room>/messages/<segment:message_id>/", private(serve(api.message)), name="message"),
    path("rooms/<segment:room>/events/", private(serve(streams.room_events)), name="room-events"),
    path("-/live", serve(health.live), name="live"),
    path("-/ready", serve(health.ready), name="ready"),
    path("-/seen", serve(health.seen), name="seen"),
    path("-/moderate/", private(serve(moderation.act)), name="moderate"),
    path("-/read/<segment:room>", private(serve(frames.read)), name="read"),
    path("-/frame/<segment:room>", private(serve(frames.frame)), name="frame"),
    path("-/api/", serve(description.page), name="api"),
    path("-/api/openapi.yaml", serve(description.yaml), name="api-description"),
    path("-/language/", serve(pages.choose_language), name="language"),
    path("-/manifest.webmanifest", serve(pages.manifest), name="manifest"),
    # Below these three all is ours: programs get JSON there, also from a site that has a page of its own for a 404.
    re_path("^(?:-|events|rooms)/", serve(nowhere)),
    path("<segment:room>", private(serve(pages.room)), name="room"),
]
