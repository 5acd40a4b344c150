"""The site for production, behind a GRIP proxy: short requests only."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup(set_prefix=False)

from chat import background  # noqa: E402 (Django must be set up first)

from .handlers import Handler  # noqa: E402

application = Handler()
background.start()
