"""Gunicorn's settings; the reason stands above each. bin/run gives the address to listen on."""

import os

from chatsite.serve import sharing

# Requests are short (the proxy holds the streams), so few processes serve many people. One for each core, or more if
# the database is far away: each saves one message at a time.
workers = 2
worker_class = "chatsite.serve.worker.Worker"

# Requests that a worker reads and answers that it sends, to people who may be slow.
threads = 4

# The workers share the cores and the connections.
pre_fork, post_fork, child_exit = sharing.pre_fork, sharing.post_fork, sharing.child_exit

# A next link of ten rooms with long names and their event ids has more than 10 kB. Pushpin limits what strangers
# send. Default: 4094 (0: no limit), 8190.
limit_request_line = 0
limit_request_field_size = 32768

# Seconds from SIGTERM to the end of the master and of every worker. Default: 30.
graceful_timeout = 2

# Longer than Pushpin's HTTP client keeps an idle connection (118 s), so that it never sends a request on one that
# is just being closed here. Default: 2.
keepalive = 120

# The workers' heartbeat is a file; in memory it can't be held up by a busy disk. Default: /tmp.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

# The default control socket lies in the home folder: two instances would share it.
control_socket_disable = True

# Errors go to the terminal; the start and the stop of each worker are no news.
accesslog = None
errorlog = "-"
loglevel = "warning"
