"""The site in embedded mode: one process that also holds the streams, for trying out."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
application = get_asgi_application()

from chat import worker  # noqa: E402 (Django must be set up first)

worker.start()
