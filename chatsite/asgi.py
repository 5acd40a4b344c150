"""The site in embedded mode: one process that also holds the streams, for trying out."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup(set_prefix=False)

from chat import background  # noqa: E402 (Django must be set up first)

from .handlers import AsyncHandler  # noqa: E402

application = AsyncHandler()
background.start()
