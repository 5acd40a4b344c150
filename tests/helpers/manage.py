"""manage.py in a process of its own, with an environment of its own."""

import os
import subprocess
import sys

from chatsite.env import PROJECT_DIR

LIMIT_S = 60


def manage(data_dir, *arguments, umask=-1, **environment):
    """Run manage.py on the data in `data_dir`; return the finished process. It inherits PATH only."""
    return subprocess.run(
        [sys.executable, PROJECT_DIR / "manage.py", *arguments],
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir), **environment},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        umask=umask,
    )
