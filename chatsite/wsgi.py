"""The site for production, behind a GRIP proxy: short requests only."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup(set_prefix=False)

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402 (these imports need Django's setup)

from . import urls  # noqa: E402, F401 (loads the views now, not with the first request)
from .content_type import wsgi  # noqa: E402

application = wsgi(WSGIHandler())
