"""The secret key that a machine makes for itself when it is given none."""

import os
import secrets
import tempfile
from contextlib import suppress

from .env import make_data_dir


def kept_key(data_dir):
    """Return the key kept in `data_dir`; make it on the first call.

    Safe when several processes start at once: a finished file is linked into place, and the first link wins.
    """
    path = data_dir / "secret_key"
    if not path.exists():
        make_data_dir(data_dir)
        with tempfile.NamedTemporaryFile("w", dir=data_dir, prefix="secret_key.") as mine:  # with mode 0600
            mine.write(secrets.token_urlsafe(48))
            mine.flush()
            with suppress(FileExistsError):
                os.link(mine.name, path)
    return path.read_text()
