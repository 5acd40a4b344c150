from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from . import views

urlpatterns = [
    path("favicon.ico", views.favicon, name="favicon"),  # before the chat, which would take it for a room
    path("robots.txt", views.robots, name="robots"),
    path("", include("chatsite.sign_in")),
    path("", include("chat.urls")),
]
if settings.ADMIN:
    from . import admins  # noqa: F401 (the import registers it)

    urlpatterns.append(path("admin/", admin.site.urls))

handler400 = "chat.web.refusals.bad_request"
handler403 = "chat.web.refusals.forbidden"
handler404 = "chat.web.refusals.not_found"
handler500 = "chat.web.refusals.server_error"
