"""Checks the settings, brings the database up to date and collects the static files, in one process.

It first loads all that the web server's workers load, so that broken code never replaces code that works.
"""

import importlib
import io
import os
import runpy
import sys
from pathlib import Path

from . import loading, neighbours, web
from .terminal import say

LOADED = ("chatsite.wsgi", "chatsite.asgi", "chat.maintenance", "chatsite.serve.worker")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, call_command
    from django.db import Error as DatabaseError

    try:
        django.setup()
        from django.conf import settings

        call_command("check", stdout=io.StringIO())  # errors are raised, warnings go to stderr
        os.makedirs(settings.STATIC_ROOT, exist_ok=True)  # without it the next lines would print a warning
        for name in LOADED:
            importlib.import_module(name)
        runpy.run_path(str(web.SETTINGS))
        check_database()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if neighbours.has_other_proxies():
            say(neighbours.WARNING, fd=2)
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] in loading.OURS:
            raise
        sys.exit(f"A package is missing ({problem}). A new start of bin/run installs what requirements.txt lists.")
    except (ImproperlyConfigured, CommandError, DamagedDatabase) as problem:
        sys.exit(str(problem))
    except DatabaseError as problem:
        sys.exit(f"The database can't be used (DATABASE_URL names it; else it is in DATA_DIR): {problem}")
    except OSError as problem:
        sys.exit(f"Can't write to DATA_DIR: {problem.strerror} ({problem.filename})")


class DamagedDatabase(Exception):
    """One sentence for the person at the terminal."""


def check_database() -> None:
    """Raise DamagedDatabase if SQLite's file is not sound: the longer a chat writes to it, the more is lost."""
    from django.db import connection

    from chat.upkeep.sqlite_file import BadFile, check

    path = Path(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and path.exists():
        try:
            check(path)
        except BadFile as problem:
            raise DamagedDatabase(f"{problem} Restore a backup: .venv/bin/python manage.py restore FILE") from None


if __name__ == "__main__":
    main()
