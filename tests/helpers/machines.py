"""Several machines on one: Django servers, Pushpins and nginx, each on a loopback address of its own."""

import os
import re
import secrets
import signal
import socket
import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

from tests.helpers.certificate import write_certificate
from tests.helpers.postgres import Cluster
from tests.helpers.running import PROJECT, STOP_S, Chat, Front, kill, one_start_at_a_time, spare_port, wait_for

NGINX_CONF = PROJECT / "deploy" / "nginx.conf"
PUSHPIN = PROJECT / "bin" / "pushpin"
NGINX = "127.0.0.5"  # its address, as the servers see it
START_S = 60
SECRET_KEY = "the same on every Django server, 32 characters or more"


class Machines:
    """Inside `with`: two Django servers, two Pushpins, one nginx and a PostgreSQL database."""

    def __init__(self, folder):
        self._folder = folder
        self._stack = ExitStack()
        self._ports = set()
        self.djangos, self.pushpins = {}, {}  # address (ip:port): Chat

    def __enter__(self):
        with self._stack as stack:
            self._database = stack.enter_context(Cluster()).new_database()
            stack.callback(self._stop_all)
            self.web = [self._address("127.0.0.11"), self._address("127.0.0.12")]
            self.proxies = [Proxy(self._address(f"127.0.0.2{n}"), self._port()) for n in (1, 2, 3)]
            for proxy in self.proxies[:2]:
                self.start_pushpin(proxy)
            for address in self.web:
                self.start_django(address, self.proxies[:2])
            self.nginx = stack.enter_context(Nginx(self._folder / "nginx", self._port(), self._port()))
            self.nginx.start(self.web, self.proxies[:2])
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def start_django(self, address, proxies):
        """Start a Django server with bin/run; it publishes to `proxies`."""
        host, port = address.split(":")
        self.djangos[address] = Chat.ready(
            self._folder / f"django-{host}",
            HOST=host,
            PORT=port,
            DATABASE_URL=self._database,
            GRIP_URL=" ".join(proxy.grip_url for proxy in proxies),
            ALLOWED_HOSTS=",".join(["127.0.0.1", *(f"127.0.0.{n}" for n in (11, 12, 21, 22, 23))]),
            SECRET_KEY=SECRET_KEY,
            TRUSTED_PROXIES=NGINX,
            LOG_LEVEL="ERROR",
        )

    def restart_djangos(self, proxies):
        """Restart one Django server after the other; from then on they publish to `proxies`."""
        for address in self.web:
            self.djangos[address].stop()
            self.start_django(address, proxies)

    def start_pushpin(self, proxy, web=None):
        """Start a Pushpin with bin/pushpin."""
        host, port = proxy.address.split(":")
        with one_start_at_a_time():
            pushpin = Chat(
                self._folder / f"pushpin-{host}",
                command=(PUSHPIN, *(web or self.web)),
                HOST=host,
                PORT=port,
                GRIP_URL=proxy.grip_url,
            )
            self.pushpins[proxy.address] = pushpin
            pushpin.wait_for_line("Pushpin is ready", START_S)
        pushpin.url = f"http://{proxy.address}/"

    def pushpin(self, number):
        return self.pushpins[self.proxies[number].address]

    def _stop_all(self):
        for machine in [*self.djangos.values(), *self.pushpins.values()]:
            machine.stop()

    def _address(self, ip):
        return f"{ip}:{self._port()}"

    def _port(self):
        port = next(port for port in iter(spare_port, None) if port not in self._ports)
        self._ports.add(port)
        return port


class Proxy:
    """The addresses of one Pushpin, which nginx and Django need."""

    def __init__(self, address, control_port):
        self.address = address
        self.grip_url = f"http://{address.split(':')[0]}:{control_port}?key={secrets.token_hex(32)}"


def kill_machine(machine):
    """Kill all processes of a machine: first its supervisor, which would start the others again."""
    machine.signal(signal.SIGKILL)
    machine.wait_until_ended()
    for pid in machine.processes():
        kill(pid)
    wait_for(lambda: is_refused(machine.url), STOP_S)  # killed processes keep their sockets a little longer


def is_refused(url):
    where = urlsplit(url)
    try:
        socket.create_connection((where.hostname, where.port), timeout=STOP_S).close()
    except ConnectionRefusedError:
        return True


def freeze(machine):
    """Stop all processes of the machine without ending them."""
    for pid in machine.processes():
        os.kill(pid, signal.SIGSTOP)


def thaw(machine):
    """Let the frozen processes of the machine go on."""
    for pid in machine.processes():
        os.kill(pid, signal.SIGCONT)


class Nginx(Front):
    """An nginx that runs deploy/nginx.conf, with other addresses and paths in it.

    With `admin_from`, an address, its block for the admin is in force.
    """

    def __init__(self, folder, port, tls_port, admin_from=None):
        self._admin_from = admin_from
        self._folder, self.port, self.tls_port = Path(folder), port, tls_port
        self.url = f"http://127.0.0.1:{port}/"
        self._process = None

    def __enter__(self):
        self._folder.mkdir()
        write_certificate(self._folder)
        return self

    def __exit__(self, *_):
        if self._process:
            self._process.terminate()
            self._process.wait(STOP_S)

    def start(self, web, proxies):
        conf = self.write(web, proxies)
        self._process = subprocess.Popen(
            ["nginx", "-p", self._folder, "-c", conf, "-e", self._folder / "error.log", "-g", "daemon off;"]
        )
        wait_for(lambda: self._process.poll() is not None or self.workers(), START_S)
        assert self._process.poll() is None, (self._folder / "error.log").read_text()

    def reload(self, web, proxies):
        """Use other servers for new connections; open streams stay open."""
        before = self.workers()
        self.write(web, proxies)
        self._process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.workers() and not self.workers() & before, START_S)

    def workers(self):
        """Return the pids of the workers that take new connections."""
        return {pid for pid in self._children() if _title(pid) == "nginx: worker process"}

    def write(self, web, proxies):
        """Write the configuration with these servers and our paths into the folder; return its path."""
        text = NGINX_CONF.read_text()
        text = with_servers(text, "django", web)
        text = with_servers(text, "pushpins", [proxy.address for proxy in proxies])
        if self._admin_from:
            text = with_private_admin(text, "location ~ ^/admin/ {", "}", self._admin_from)
        text = text.replace("user www-data;\n", "user root;\n" if os.getuid() == 0 else "")
        text = text.replace("worker_processes auto;", "worker_processes 2;")
        text = text.replace("listen 80;", f"listen 127.0.0.2:{self.port};")
        plain, tls = f"127.0.0.1:{self.port}", f"127.0.0.1:{self.tls_port}"
        text = re.sub(r"listen 443 ssl http2(.*);", rf"listen {plain}\1;\n        listen {tls} ssl http2\1;", text)
        for place in ("/etc/ssl/chat", "/run", "/var/log/nginx"):
            text = text.replace(f"{place}/", f"{self._folder}/")
        own = [
            f"{name}_temp_path {self._folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        ]
        own.append(f"proxy_bind {NGINX};")  # so the servers see nginx as another machine
        text = text.replace("http {\n", "http {\n    " + "\n    ".join(own) + "\n", 1)
        path = self._folder / "nginx.conf"
        path.write_text(text)
        return path

    def _children(self):
        with suppress(OSError):
            return map(int, Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split())
        return []


def with_servers(text, upstream, addresses):
    """Return the configuration with these addresses in its upstream, with the options of the old ones."""
    block = re.search(rf"^    upstream {upstream} {{\n.*?^    }}\n", text, re.M | re.S)[0]
    options = re.search(r"server \S+?( .*)?;", block)[1] or ""
    lines = "".join(f"        server {address}{options};\n" for address in addresses)
    edited = re.sub(r"( +server .*;\n)+", lines, block)
    assert edited != block or not addresses
    return text.replace(block, edited)


def with_private_admin(text, first, last, address):
    """Return the configuration with the lines from `first` to `last` no longer comments, and with this address."""
    block = re.search(rf"^[ \t]*#{re.escape(first)}\n.*?^[ \t]*#{re.escape(last)}\n", text, re.M | re.S)[0]
    assert block.count("192.168.1.0/24") == 1
    in_force = re.sub("^([ \t]*)#", r"\1", block, flags=re.M).replace("192.168.1.0/24", address)
    return text.replace(block, in_force)


def _title(pid):
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().strip(b"\0").decode()
