import django_eventstream
from django.urls import include, path

from . import views

urlpatterns = [
    path("events/", include(django_eventstream.urls)),
    path("rooms/<room>/messages/", views.messages),
    path("<room>", views.page),
]
