"""gunicorn's settings. The reason for each stands above it. bin/run passes the address to listen on."""

import os
from typing import Any

# Nothing of ours is imported here: at a reload gunicorn's master, which does not forget modules, would use old ones.

# Requests are short, because the proxy holds the streams. So a few processes serve many people: one for each core, or
# more if the database is far away, because each process saves one message at a time.
workers = 2
worker_class = "chatsite.serve.worker.Worker"

# A thread reads a request and sends its answer, and the person at the other end may be slow. With 8 threads, the
# slowest answers take longer.
threads = 4

# Gunicorn believes no header about the scheme, the path or the client: strangers' requests come from loopback too,
# by way of Pushpin. chat/streams/proxies.py decides whom to believe. Default: everything from loopback.
forwarded_allow_ips = ""
secure_scheme_headers = {}
forwarder_headers = ""

# A next link of ten rooms with long names and their event ids has more than 10 kB. Pushpin limits what strangers send.
# Defaults: 4094 (0: no limit) and 8190.
limit_request_line = 0
limit_request_field_size = 32768

# Seconds from SIGTERM to the end of the master and of every worker. Default: 30.
graceful_timeout = 2

# Longer than Pushpin's HTTP client keeps an idle connection (118 s). So Pushpin never sends a request on a connection
# that gunicorn is just closing. Default: 2.
keepalive = 120

# Each worker shows that it is alive by touching a file. In memory, no busy disk delays that. Default: /tmp.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

# The default control socket lies in the home folder, and two instances would share it.
control_socket_disable = True

# The terminal shows errors only, not the start and the stop of each worker.
accesslog = None
errorlog = "-"
loglevel = "warning"
if os.environ.get("LOG_FORMAT", "").lower() == "json":
    logger_class = "chatsite.serve.gunicorn_log.JsonLogger"


def post_worker_init(worker: Any) -> None:
    """Start the worker's background thread.

    The class Worker does not do it, because after a reload it may still be that of an older version.
    """
    from chat import maintenance  # not before the code is loaded

    maintenance.start()
