import os

from bench.apps.settings import *  # noqa: F403
from bench.apps.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "django_eventstream", "bench.apps.ancestor"]
MIDDLEWARE = ["django_grip.GripMiddleware", *MIDDLEWARE]
ROOT_URLCONF = "bench.apps.ancestor.urls"
GRIP_URL = os.environ.get("GRIP_URL")
EVENTSTREAM_STORAGE_CLASS = "django_eventstream.storage.DjangoModelStorage"
