"""The secret key that a machine makes for itself if SECRET_KEY is not set."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

FILE = "secret_key"  # in DATA_DIR


def kept_key(data_dir: Path) -> str:
    """Return the key that `data_dir` keeps; make it on the first call.

    Several processes may start at once: each links a finished file into place, and the first link wins.
    """
    path = data_dir / FILE
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=data_dir, prefix=f"{FILE}.") as mine:  # with mode 0600
            mine.write(secrets.token_urlsafe(48))
            mine.flush()
            with suppress(FileExistsError):
                os.link(mine.name, path)
    return path.read_text()
