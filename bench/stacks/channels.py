"""Django Channels with channels-redis: WebSockets under uvicorn, with a Redis server of its own."""

import shutil
from urllib.parse import quote

from tests.helpers.running import one_start_at_a_time

from . import database
from .ancestor import migrate
from .child import CannotStart, Child, answers, listens, spare_ports
from .stack import Stack
from .uvicorn import uvicorn

WORKERS = 2
LAYER = "channels_redis.pubsub.RedisPubSubChannelLayer"  # core.RedisChannelLayer is as fast, but sometimes hung


class Channels(Stack):
    name = "channels"
    opened = b"HTTP/1.1 101"  # sent once the reader is in the group
    pages = False

    def __init__(self, database="sqlite", layer=LAYER):
        self._kind, self._layer = database, layer

    def _start(self, stack):
        self._database = database.start(self._kind, stack, self.folder)
        self.database_url = self._database.url
        with one_start_at_a_time():
            port, redis_port = spare_ports(2)
            environment = {
                "DJANGO_SETTINGS_MODULE": "bench.apps.channels_chat.settings",
                "DATABASE_URL": self.database_url,
                "REDIS_URL": f"redis://127.0.0.1:{redis_port}",
                "CHANNEL_LAYER": self._layer,
            }
            migrate(self.folder, environment)
            self._redis = stack.enter_context(_redis(redis_port, self.folder))
            self._redis.wait_until(lambda: listens(("127.0.0.1", redis_port)), "port")
            self.reader_address = self.poster_address = ("127.0.0.1", port)
            command = uvicorn(port, f"--workers={WORKERS}", "bench.apps.channels_chat.asgi:application")
            self._web = stack.enter_context(Child("uvicorn", command, self.folder, **environment))
            self._web.wait_until(lambda: answers(self.reader_address, "/rooms/lobby/messages/"), "answer")

    def reader_request(self, room):
        return self._get(
            f"/rooms/{quote(room, safe='')}/",
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
        )

    def processes(self):
        workers = self._web.workers()
        masters = [pid for pid in self._web.pids() if pid not in workers]
        return {
            "uvicorn master": masters,
            "uvicorn worker": workers,
            "redis": self._redis.pids(),
            **self._database.processes(),
        }


def _redis(port, folder):
    if not shutil.which("redis-server"):
        raise CannotStart("Redis is not installed: sudo apt install redis-server")
    places = ("--bind", "127.0.0.1", "--port", port, "--dir", folder)
    return Child("redis", ("redis-server", *places, "--save", "", "--appendonly", "no"), folder)
