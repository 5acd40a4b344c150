"""The site for production, behind a GRIP proxy: short requests only."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup(set_prefix=False)

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402 (these imports need Django's setup)

from chat import maintenance  # noqa: E402, F401 (gunicorn.conf.py starts it)

from . import content_type, request_log, urls  # noqa: E402, F401 (urls loads the views now, not with the first request)

application = request_log.wsgi(content_type.wsgi(WSGIHandler()))
