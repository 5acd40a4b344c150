"""What each policy costs a POST and the opening of a stream: .venv/bin/python -m bench.policies [another checkout]

One process after the other runs Django's WSGI handler on SQLite, without a web server. Prints the CPU time of a request
in µs (medians of batches), and how that of each policy compares with Open's. With another checkout, for example of an
older version, also how Open compares with that, in eight alternating pairs.
"""

import json
import os
import statistics
import subprocess
import sys

from tests.helpers.running import PROJECT

PAIRS, ROUNDS = 8, 3
KINDS = ("post", "stream")
POLICIES = ("open", "users", "HS256", "RS256", "ES256")
BATCHES, BATCH = 20, 100

# Runs in a checkout; prints {kind: µs}. Older checkouts know no policies, so "open" sets none.
CHILD = """
import json, os, statistics, sys, time
import django
sys.path.insert(0, os.getcwd())
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings
from django.contrib.auth.models import User
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, RequestFactory
from django.test.runner import DiscoverRunner

policy, batches, batch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
DiscoverRunner(verbosity=0).setup_databases()
settings.ALLOWED_HOSTS = ["testserver"]
key = "a-key-of-at-least-32-characters-as-HS256-wants-it"
extra = {}
if policy == "users":
    settings.CHAT_POLICY = "chat.policy.SiteUsers"
    client = Client()
    client.force_login(User.objects.create_user("ann"))
    extra["HTTP_COOKIE"] = "sessionid=" + client.cookies["sessionid"].value
elif policy != "open":
    settings.CHAT_POLICY = "chat.policy.SignedTokens"
    private = {"HS256": lambda: key, "RS256": lambda: rsa.generate_private_key(65537, 2048),
               "ES256": lambda: ec.generate_private_key(ec.SECP256R1())}[policy]()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = key if policy == "HS256" else private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()
    settings.CHAT_TOKEN_KEYS = {"a": {"alg": policy, "key": public}}
    claims = {"sub": "1", "name": "ann", "read": ["lobby"], "write": ["lobby"], "exp": int(time.time()) + 3600}
    extra["HTTP_AUTHORIZATION"] = "Bearer " + jwt.encode(claims, private, policy, headers={"kid": "a"})
proxies = [{"control_uri": "http://127.0.0.1:1", "key": key}]
handler, factory = WSGIHandler(), RequestFactory()
signature = jwt.encode({"iss": "pushpin", "exp": int(time.time()) + 3600}, key)


def post():
    settings.GRIP_PROXIES = []  # nobody to publish to
    sent = {"from": "ann", "text": "hello"}
    return factory.post("/rooms/lobby/messages/", sent, **extra).environ


def stream():
    settings.GRIP_PROXIES = proxies
    return factory.get("/events/?channel=room-lobby", HTTP_GRIP_SIG=signature, **extra).environ


def ask(environ):
    statuses = []
    response = handler(environ, lambda status, headers, *_: statuses.append(status))
    b"".join(response)
    response.close()
    assert statuses[0].startswith("200"), statuses


def cpu_us(make):
    found = []
    for number in range(batches + 2):  # the first two warm up
        environs = [make() for _ in range(batch)]
        began = time.process_time()
        for environ in environs:
            ask(environ)
        found.append((time.process_time() - began) / batch * 1e6)
    return statistics.median(found[2:])


print(json.dumps({make.__name__: cpu_us(make) for make in (post, stream)}))
"""


def measured(folder, policy):
    command = [PROJECT / ".venv/bin/python", "-c", CHILD, policy, str(BATCHES), str(BATCH)]
    done = subprocess.run(command, cwd=folder, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def compare(name, before, after):
    """Print the medians of two lists of results, and the ratios of their pairs."""
    for kind in KINDS:
        pairs = sorted(b[kind] / a[kind] for a, b in zip(before, after, strict=True))
        old, new = (statistics.median(one[kind] for one in found) for found in (before, after))
        ratio, least, most = statistics.median(pairs), pairs[0], pairs[-1]
        print(
            f"{name:28} {kind:6} {old:6.0f} → {new:6.0f} µs  ratio {ratio:.3f} ({least:.3f} to {most:.3f})", flush=True
        )


def main(other=None):
    if other:
        before, after = [], []
        for _ in range(PAIRS):
            before.append(measured(other, "open"))
            after.append(measured(PROJECT, "open"))
        compare("the other checkout → Open", before, after)
    found = {policy: [] for policy in POLICIES}
    for _ in range(ROUNDS):
        for policy in POLICIES:
            found[policy].append(measured(PROJECT, policy))
    for policy in POLICIES[1:]:
        compare(f"Open → {policy}", found["open"], found[policy])


if __name__ == "__main__":
    main(*sys.argv[1:])
