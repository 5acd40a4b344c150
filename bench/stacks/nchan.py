"""nginx with nchan, the fastest server for streams in Debian. It saves nothing, and has no Django."""

import shutil
from pathlib import Path
from string import Template
from urllib.parse import quote

from tests.helpers.running import one_start_at_a_time

from .child import CannotStart, Child, answers, spare_ports
from .stack import Stack, message_object

MODULE = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")  # from the package libnginx-mod-nchan
WORKERS = 2
BUFFERED = 50  # messages a room, for readers that resume

CONFIGURATION = Template("""
load_module $module;
daemon off;
worker_processes $workers;
pid $folder/nginx.pid;
error_log $folder/error.log warn;
events { worker_connections 16000; }
http {
    access_log off;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    keepalive_requests 10000000;
    nchan_shared_memory_size 512m;
    server {
        listen 127.0.0.1:$port backlog=2048;
        location = /events/ {
            nchan_subscriber eventsource;
            nchan_channel_id $$arg_channel;
        }
        location = /publish {
            nchan_publisher;
            nchan_channel_id $$arg_channel;
            nchan_message_buffer_length $buffered;
        }
        location = /ready { return 200; }
    }
}
""")


class Nchan(Stack):
    name = "nchan"
    opened = b"HTTP/1.1 200"
    posted = (201, 202)  # 201 with readers, 202 without
    pages = False

    def _start(self, stack):
        if not shutil.which("nginx") or not MODULE.exists():
            raise CannotStart("nginx with nchan is not installed: sudo apt install nginx-light libnginx-mod-nchan")
        with one_start_at_a_time():
            (port,) = spare_ports(1)
            self.reader_address = self.poster_address = ("127.0.0.1", port)
            configuration = self.folder / "nginx.conf"
            values = {"module": MODULE, "workers": WORKERS, "folder": self.folder, "port": port, "buffered": BUFFERED}
            configuration.write_text(CONFIGURATION.substitute(values))
            command = ("nginx", "-p", self.folder, "-c", configuration, "-e", self.folder / "error.log")
            self._nginx = stack.enter_context(Child("nginx", command, self.folder))
            self._nginx.wait_until(lambda: answers(self.reader_address, "/ready"), "answer")

    def post_request(self, room, text):
        return self._post(f"/publish?channel=room-{quote(room, safe='')}", *message_object("bench", text))

    def processes(self):
        workers = self._nginx.workers()
        return {"nginx master": [pid for pid in self._nginx.pids() if pid not in workers], "nginx worker": workers}
