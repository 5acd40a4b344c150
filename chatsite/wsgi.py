"""The site for production, behind a GRIP proxy: short requests only."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
application = get_wsgi_application()

from chat import worker  # noqa: E402 (Django must be set up first)

worker.start()
