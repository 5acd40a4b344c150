"""The site in embedded mode, for trying out: this one process also holds the streams."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup(set_prefix=False)

from django.core.handlers.asgi import ASGIHandler  # noqa: E402 (these imports need Django's setup)

from . import urls  # noqa: E402, F401 (loads the views now, not with the first request)
from .content_type import asgi  # noqa: E402

application = asgi(ASGIHandler())
