from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [path("", include("chat.urls")), path("", include("chatsite.sign_in"))]
if settings.ADMIN:
    urlpatterns.append(path("admin/", admin.site.urls))

handler400 = "chat.web.refusals.bad_request"
handler403 = "chat.web.refusals.forbidden"
handler404 = "chat.web.refusals.not_found"
handler500 = "chat.web.refusals.server_error"
