"""The command lines of PostgreSQL's own programs, for this chat's database."""

import shlex

from django.db import connection

OPTIONS = {"HOST": "host", "PORT": "port", "USER": "username", "NAME": "dbname"}  # Django's name: the programs' name


def program_line(*words: str) -> str:
    """Return the line that runs the program on the database. It has no password."""
    settings = connection.settings_dict
    where = [f"--{option}={settings[name]}" for name, option in OPTIONS.items() if settings.get(name)]
    return shlex.join([*words, *where])
