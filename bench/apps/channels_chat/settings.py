import os

from bench.apps.settings import *  # noqa: F403
from bench.apps.settings import INSTALLED_APPS

INSTALLED_APPS = ["channels", *INSTALLED_APPS]
ROOT_URLCONF = "bench.apps.channels_chat.urls"
ASGI_APPLICATION = "bench.apps.channels_chat.asgi.application"
# By default, redis-py refuses the 101st connection, so that readers who come at the same time fail.
REDIS = {"address": os.environ["REDIS_URL"], "max_connections": 10_000}
CHANNEL_LAYERS = {"default": {"BACKEND": os.environ["CHANNEL_LAYER"], "CONFIG": {"hosts": [REDIS]}}}
