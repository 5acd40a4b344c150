from django.urls import path, register_converter
from django.urls.converters import StringConverter

from . import event_stream, pages, views


class SegmentConverter(StringConverter):
    """One whole segment of a path, spaces and line ends included: the views say what is wrong with it."""

    regex = r"(?s:[^/]+)"


register_converter(SegmentConverter, "segment")

# Top-level names without a slash are rooms, so every page to come lives below /-/.
urlpatterns = [
    path("", pages.join, name="join"),
    path("favicon.ico", pages.favicon, name="favicon"),
    path("robots.txt", pages.robots, name="robots"),
    path("events/", event_stream.events, name="events"),
    # The proxy tells links apart by their path; what stands here is not looked at.
    path("events/<slug:which>/", event_stream.events, name="next-link"),
    path("rooms/<segment:room>/messages/", views.messages, name="messages"),
    path("rooms/<segment:room>/messages/<segment:message_id>/", views.message, name="message"),
    path("rooms/<segment:room>/events/", event_stream.room_events, name="room-events"),
    path("<segment:room>", pages.room, name="room"),
]
