"""The site's settings for tests that need no server of their own; data goes to a temporary folder."""

import os
import tempfile

DATA_FOLDER = tempfile.TemporaryDirectory(prefix="chat-tests-")
os.environ["DATA_DIR"] = DATA_FOLDER.name
for name in ("GRIP_URL", "GRIP_VERIFY_KEY", "ALLOWED_HOSTS", "DEBUG", "SECRET_KEY"):
    os.environ.pop(name, None)

from chatsite.settings import *  # noqa: E402, F403
from chatsite.settings import DATABASES  # noqa: E402

STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True  # there is no folder of collected files

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file: an in-memory database has neither WAL nor locks that several threads wait for.
    DATABASES["default"]["TEST"] = {"NAME": f"{DATA_FOLDER.name}/test.sqlite3"}
else:
    # The test client keeps a thread's connection, where a server gives it back after each request.
    DATABASES["default"]["OPTIONS"]["pool"]["max_size"] = 30
