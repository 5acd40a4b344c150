from django.apps import AppConfig


class Rooms(AppConfig):
    name = "bench.apps.rooms"
    label = "chat"  # the tables get the same names as in our chat
    default_auto_field = "django.db.models.BigAutoField"
