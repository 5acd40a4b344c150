from django.apps import AppConfig


class Rooms(AppConfig):
    name = "bench.apps.rooms"
    label = "chat"  # the tables get the same names as those of the chat that is measured
    default_auto_field = "django.db.models.BigAutoField"
