#!/usr/bin/env python3
"""Django's command line for this site."""

import os
import secrets
import sys
from importlib import import_module

PUBLISHING = ("doctor", "erase", "moderate", "pause", "resume")  # the commands that publish to the running chat


def main() -> None:
    os.umask(0o077)  # what a command writes in DATA_DIR is for us alone
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError

    from chatsite.env import EnvironmentProblem

    try:
        if sys.argv[1:2] and sys.argv[1] in PUBLISHING:
            publish_to_the_running_chat()
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])
        execute_from_command_line(sys.argv)
    except (EnvironmentProblem, ImproperlyConfigured) as problem:
        sys.exit(str(problem))
    except DatabaseError as error:
        sys.exit(f"The database can't be used: {' '.join(str(error).split())}. manage.py doctor says more.")


def publish_to_the_running_chat() -> None:
    """Without a GRIP_URL, name the Pushpin that bin/run has started on the same DATA_DIR, if there is one."""
    from chatsite import env
    from chatsite.serve import instance, pushpin

    found = env.read()
    run_dir = instance.path_for(found.data_dir)
    if found.grip_url:
        return
    if pushpin.takes_events(run_dir):
        os.environ["GRIP_URL"] = f"{pushpin.command_uri(run_dir)}?key={secrets.token_hex(32)}"  # it only publishes
    elif instance.is_running(found.data_dir):
        print("This command reaches no proxy of the running chat: readers hear of it with their room's next event.")


if __name__ == "__main__":
    main()
