"""The command line of the web server: gunicorn, which runs Django."""

import sys

from chatsite.env import PROJECT_DIR

SETTINGS = PROJECT_DIR / "deploy" / "gunicorn.conf.py"
GUNICORN = (sys.executable, "-m", "gunicorn", f"--config={SETTINGS}")
LISTENER = "--bind=fd://3"  # the supervisor keeps this socket: while gunicorn restarts, requests wait in it

BEHIND_A_PROXY = (*GUNICORN, LISTENER, "chatsite.wsgi:application")
EMBEDDED = (
    *GUNICORN,
    LISTENER,
    "--worker-class=chatsite.serve.worker.EmbeddedWorker",
    "--workers=1",  # a stream gets only the events of its own process
    "--threads=1",
    "--graceful-timeout=1",  # streams never end by themselves
    "chatsite.asgi:application",
)
PREPARE = (sys.executable, "-m", "chatsite.serve.prepare")
