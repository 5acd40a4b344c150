"""Checks the settings, brings the database up to date and collects the static files, in one process.

Before that it loads all that the web server's workers load, so that broken code never replaces code that works.
"""

import importlib
import io
import os
import runpy
import sys

from . import web

LOADED = ("chatsite.wsgi", "chatsite.asgi", "chat.events.maintenance", "chatsite.serve.worker")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, call_command
    from django.db import Error as DatabaseError

    try:
        django.setup()
        for name in LOADED:
            importlib.import_module(name)
        runpy.run_path(str(web.SETTINGS))
        call_command("check", stdout=io.StringIO())  # errors are raised, warnings go to stderr
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
    except (ImproperlyConfigured, CommandError) as problem:
        sys.exit(str(problem))
    except DatabaseError as problem:
        sys.exit(f"The database can't be used (DATABASE_URL names it; else it is in DATA_DIR): {problem}")
    except OSError as problem:
        sys.exit(f"Can't write to DATA_DIR: {problem.strerror} ({problem.filename})")


if __name__ == "__main__":
    main()
