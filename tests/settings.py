"""The site's settings for tests that start no server. They keep their data in a temporary folder."""

import os
import tempfile

DATA_FOLDER = tempfile.TemporaryDirectory(prefix="chat-tests-")
os.environ["DATA_DIR"] = DATA_FOLDER.name
for name in (
    "GRIP_URL",
    "GRIP_VERIFY_KEY",
    "ALLOWED_HOSTS",
    "DEBUG",
    "SECRET_KEY",
    "SECRET_KEY_FILE",
    "GRIP_URL_FILE",
    "HSTS_SECONDS",
    "ADMIN",
    "ACCESS_LOG",
    "LOG_FORMAT",
    "SITE_NAME",
    "INTERNAL",
    "POLICY",
    "TOKEN_KEYS",
    "TOKEN_KEYS_FILE",
    "TOKEN_AUDIENCE",
    "TOKEN_COOKIE",
    "SIGN_IN_URL",
    "ORIGINS",
):
    os.environ.pop(name, None)

os.environ["LIMITS"] = "off"  # the tests of the limits switch them on

from chatsite.settings import *  # noqa: E402, F403
from chatsite.settings import DATABASES  # noqa: E402

STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True  # nobody has collected the static files into a folder

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # An in-memory database would have no WAL, and no locks that several threads wait for. So this is a file.
    DATABASES["default"]["TEST"] = {"NAME": f"{DATA_FOLDER.name}/test.sqlite3"}
else:
    # A server gives a connection back after each request. The test client keeps one for each thread.
    DATABASES["default"]["OPTIONS"]["pool"]["max_size"] = 30
