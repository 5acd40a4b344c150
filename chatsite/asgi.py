"""The site in embedded mode, for trying out: this one process also holds the streams."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup(set_prefix=False)

from django.core.handlers.asgi import ASGIHandler  # noqa: E402 (these imports need Django's setup)

from chat import maintenance  # noqa: E402, F401 (gunicorn.conf.py starts it)

from . import content_type, request_log, urls  # noqa: E402, F401 (urls loads the views now, not with the first request)

application = request_log.asgi(content_type.asgi(ASGIHandler()))
