#!/usr/bin/env python3
"""Django's command line for this site."""

import os
import secrets
import sys

PUBLISHING = ("doctor", "erase", "moderate", "pause", "resume")  # the commands that publish to the running chat


def main() -> None:
    os.umask(0o077)  # what a command writes in DATA_DIR is for us alone
    if sys.argv[1:2] and sys.argv[1] in PUBLISHING:
        publish_to_the_running_chat()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def publish_to_the_running_chat() -> None:
    """Without a GRIP_URL, name the Pushpin that bin/run has started on the same DATA_DIR, if there is one."""
    from chatsite import env
    from chatsite.serve import instance, pushpin

    run_dir = instance.path_for(env.read().data_dir)
    if "GRIP_URL" not in os.environ and pushpin.takes_events(run_dir):
        os.environ["GRIP_URL"] = f"{pushpin.command_uri(run_dir)}?key={secrets.token_hex(32)}"  # it only publishes


if __name__ == "__main__":
    main()
