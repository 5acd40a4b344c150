"""The chat in a site that startproject has made: docs/embedding.md line by line, and nothing changes for the site."""

import gzip
import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

import jwt
import pytest
import yaml
from playwright.sync_api import expect

from tests.helpers.browser import NETWORK_ERROR, People
from tests.helpers.documents import BLOCK, DOCUMENTS
from tests.helpers.host_site import (
    PREFIX,
    HostSite,
    blocks,
    build_wheel,
    exchange,
    is_open,
    make_python,
    python,
)
from tests.helpers.line import Line
from tests.helpers.listener import Listener
from tests.helpers.running import spare_port, wait_for

MEGABYTE = 1_000_000
KEY = "put-your-own-key-here"  # the document's


def ports():
    found = set()
    while len(found) < 3:
        found.add(spare_port())
    return [*found]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def with_chat(wheel, tmp_path_factory):
    """A python that has the wheel."""
    return make_python(tmp_path_factory.mktemp("venv") / "with", wheel)


@pytest.fixture(scope="module")
def run_dir():
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="chat-host-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def host(pushpin, with_chat, tmp_path_factory, run_dir):
    """A site with many things of its own, and with the chat, behind Pushpin."""
    site = HostSite(tmp_path_factory.mktemp("host") / "site", with_chat, ports())
    site.start_project()
    for heading in ("Add it", "Pushpin", "nginx", "Static files", "Your own look", "Pages of other sites"):
        site.follow(heading)
    site.manage("collectstatic", "--no-input", "-v0")
    try:
        site.serve("Pushpin")
        site.start_pushpin(run_dir)
        yield site
    finally:
        site.stop()


@pytest.fixture(scope="module")
def without_chat(tmp_path_factory):
    """The same site without the chat."""
    folder = tmp_path_factory.mktemp("without")
    site = HostSite(folder / "site", make_python(folder / "venv"), ports())
    site.start_project()
    site.follow_edits("Pushpin")
    site.manage("migrate", "-v0")
    site.manage("collectstatic", "--no-input", "-v0")
    try:
        site.serve("Pushpin")
        yield site
    finally:
        site.stop()


def test_the_wheel_has_the_app_alone(wheel):
    names = python(["-m", "zipfile", "-l", wheel], wheel.parent).split("\n")
    files = {line.split()[0] for line in names[1:] if line}
    assert {name.split("/")[0] for name in files} == {
        "chat",
        f"{wheel.name.removesuffix('-py3-none-any.whl')}.dist-info",
    }
    assert {
        "chat/api/openapi.yaml",
        "chat/templates/chat/base.html",
        "chat/static/chat/api.css",
        "chat/static/chat/room_page.js",
        "chat/static/chat/favicon.svg",
        "chat/locale/de/LC_MESSAGES/django.mo",
        "chat/migrations/0012_event_log.py",
    } <= files


def test_the_wheel_from_the_source_archive_is_the_same(wheel, tmp_path):
    python(["-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path], Path.cwd())
    (archive,) = tmp_path.glob("*.tar.gz")
    (tmp_path / "again").mkdir()
    rebuilt = build_wheel(tmp_path / "again", archive)
    listed = [re.sub(" .*", "", python(["-m", "zipfile", "-l", one], tmp_path)) for one in (wheel, rebuilt)]
    assert listed[0] == listed[1]


def test_the_description_has_the_prefix_of_the_chat(host):
    status, text = host.request("GET", f"{PREFIX}-/api/openapi.yaml")
    assert (status, yaml.safe_load(text)["servers"]) == (200, [{"url": PREFIX.rstrip("/")}])
    status, page = host.request("GET", f"{PREFIX}-/api/")
    assert (status, f"curl {host.url.rstrip('/')}{PREFIX}rooms/lobby/messages/ -d" in page) == (200, True)


# The conversation, as tests/live has it for bin/run


def test_what_one_says_the_others_hear(host):
    with host.listen("garden") as bob:
        sent = host.post("garden", "ann", "hello from below")
        assert bob.message() == sent
        sent = host.post("garden", "bob", "größe 😀 %I %s")
        assert bob.message() == sent


def test_whoever_was_away_gets_what_is_missing(host):
    with host.listen("attic") as bob:
        host.post("attic", "ann", "one")
        bob.message()
        seen = bob.taken_event_id or bob.last_event_id
    missed = [host.post("attic", "ann", text) for text in ("two", "three")]
    with host.listen("attic", seen) as bob:
        assert [bob.message() for _ in missed] == missed
        sent = host.post("attic", "ann", "four")
        assert bob.message() == sent


def test_a_burst_arrives_in_order(host):
    with host.listen("burst") as bob:
        sent = [host.post("burst", "ann", f"number {n}") for n in range(8)]
        assert [bob.message() for _ in sent] == sent


def test_errors_for_programs_are_json_at_any_prefix(host):
    wrong = [
        ("POST", "rooms/lobby/messages/", 415),
        ("POST", "rooms/lobby/messages", 404),
        ("GET", "rooms/lobby/messages", 404),
        ("GET", "rooms/lobby/nothing/", 404),
        ("PUT", "rooms/lobby/messages/", 405),
        ("GET", "events/?channel=lobby", 400),
        ("GET", "rooms/", 404),
        ("POST", "-/moderate/", 403),
    ]
    for method, path, status in wrong:
        answered, body = host.request(method, PREFIX + path)
        assert (answered, [*json.loads(body)]) == (status, ["errors"]), path


def test_errors_for_programs_are_english_and_pages_in_the_persons_language(host):
    german = {"Accept-Language": "de"}
    assert "Nothing lives" in host.request("GET", f"{PREFIX}rooms/nothing/", headers=german)[1]
    assert "Raum betreten" in host.request("GET", PREFIX, headers=german)[1]
    assert '<html lang="en"' in host.request("GET", PREFIX, headers={"Accept-Language": "pt"})[1]
    french = host.request("GET", PREFIX, headers={"Accept-Language": "fr-CH"})[1]
    assert '<html lang="fr"' in french
    assert set(re.findall('<option value="(..)"', french)) == {"ar", "de", "en", "es", "fr"}


def test_an_address_that_is_neither_gets_the_hosts_page(host):
    status, page = host.request("GET", f"{PREFIX}a/b")
    assert (status, "Our own error page" in page) == (404, True)
    assert host.request("GET", f"{PREFIX}help/")[1].startswith("a line")


def test_a_listed_site_reads_and_writes_and_no_other_does(host):
    shop, evil = b"https://shop.example.com", b"https://evil.example"
    body = b"from=ann&text=hi"
    form = ("Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}")
    for origin, status in ((shop, b"200"), (evil, b"403")):
        named = f"Origin: {origin.decode()}"
        preflight = head("OPTIONS", f"{PREFIX}rooms/gate/messages/", named, "Access-Control-Request-Method: PATCH")
        post = head("POST", f"{PREFIX}rooms/gate/messages/", named, *form) + body
        answers = [exchange(host.front_port, request) for request in (preflight, post)]
        assert [b"access-control-allow-origin: " + origin in one.lower() for one in answers] == [origin == shop] * 2
        assert answers[1].startswith(b"HTTP/1.1 " + status)


def test_people_in_browsers_talk_and_get_what_they_missed(host, chromium):
    with People(chromium, f"{host.url.rstrip('/')}{PREFIX}") as people, Line(host.url) as line:
        ann = people.join("ann", "terrace")
        bob = people.join("bob", "terrace", f"{line.url.rstrip('/')}{PREFIX}", own_stream=True)
        expect(ann.page.locator(".site-header")).to_be_visible()
        ann.say("hello bob")
        expect(bob.texts).to_have_text(["hello bob"])
        people.allow_complaint(NETWORK_ERROR)
        line.cut()
        ann.say("are you there?")
        line.repair()
        expect(bob.texts).to_have_text(["hello bob", "are you there?"])
        bob.say("yes")
        expect(ann.texts).to_have_text(["hello bob", "are you there?", "yes"])
        box = ann.page.locator("#text").bounding_box()
        assert box["y"] + box["height"] <= ann.page.viewport_size["height"]  # the header pushes nothing out
        ann.page.locator(".me summary").click()
        ann.page.get_by_label("Colours").select_option("dark")
        (cookie,) = [one for one in ann.page.context.cookies() if "theme" in one["name"]]
        assert (cookie["name"], cookie["path"]) == ("chat_theme", PREFIX)
        ann.page.reload()
        expect(ann.page.locator("html")).to_have_attribute("data-theme", "dark")


# What does not change


SESSION = re.compile(rb"sessionid=\w+; expires=[^;]+|csrftoken=\w+; expires=[^;]+|csrfmiddlewaretoken\" value=\"\w+")


def head(method, path, *more):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: site.test", "Connection: close", *more, "", ""]).encode()


def without_chance(answer):
    """Return the answer without what differs from one request to the next: the time, random tokens and paddings."""
    answer = SESSION.sub(b"", re.sub(rb"\r\n(Date|Expires): [^\r]+", b"", answer))
    answer = re.sub(rb"es-meta=[^&\"; ]+", b"", answer)
    head, _, body = answer.partition(b"\r\n\r\n")
    if b"Content-Encoding: gzip" in head:
        head, body = re.sub(rb"Content-Length: \d+", b"", head), gzip.decompress(body)
    return head + body


def chunked(size):
    pieces = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [b"x" * 50_000] * (size // 50_000)]
    return head("POST", "/upload/", "Transfer-Encoding: chunked") + b"".join(pieces) + b"0\r\n\r\n"


def signed_stream():
    signature = jwt.encode({"iss": "pushpin", "exp": int(time.time()) + 600}, KEY)
    return head("GET", "/events/?channel=news", f"Grip-Sig: {signature}")


OWN = {
    "a page with an inline script": head("GET", "/"),
    "a page in another language": head("GET", "/", "Accept-Language: fr"),
    "a compressed page": head("GET", "/lines/", "Accept-Encoding: gzip"),
    "a head": head("HEAD", "/lines/"),
    "an upload of a megabyte": head("POST", "/upload/", f"Content-Length: {MEGABYTE}") + b"y" * MEGABYTE,
    "a chunked upload": chunked(MEGABYTE),
    "an upload from another page": head(
        "POST", "/upload/", "Content-Length: 2", "Origin: https://other.example", "Sec-Fetch-Site: cross-site"
    )
    + b"hi",
    "an upload by way of a proxy": head(
        "POST", "/upload/", "Content-Length: 2", "X-Forwarded-For: 198.51.100.7", "X-Forwarded-Proto: https"
    )
    + b"hi",
    "an upload that a proxy has signed": head("POST", "/upload/", "Content-Length: 0", "Grip-Sig: x"),
    "a part of a file": head("GET", "/download/", "Range: bytes=10-19"),
    "an address without its slash": head("GET", "/lines"),
    "nothing there": head("GET", "/no/such/page/"),
    "a failing database": head("GET", "/fails/"),
    "a mistake": head("GET", "/mistake/"),
    "a transaction that is taken back": head("POST", "/half-done/", "Content-Length: 0"),
    "no trace of it": head("GET", "/people/"),
    "an address that is not UTF-8": head("GET", "/%ff?q=%fe"),
    "a form without its token": head("POST", "/admin/login/", "Content-Length: 0"),
    "the admin": head("GET", "/admin/login/"),
    "a static file": head("GET", "/static/admin/css/base.css"),
    "a cookie with NUL": head("GET", "/people/", 'Cookie: x="\\000"'),
    "an event of its own": head("POST", "/announce/?channel=room-lobby&text=ours", "Content-Length: 0"),
    "a stream of its own": None,
    "a WebSocket of its own": head(
        "POST", "/upload/", "Content-Type: application/websocket-events", "Content-Length: 6"
    )
    + b"OPEN\r\n",
    "robots.txt": head("GET", "/robots.txt"),
    "favicon.ico": head("GET", "/favicon.ico"),
}


@pytest.mark.parametrize("what", OWN)
def test_the_site_answers_as_without_the_chat(host, without_chat, what):
    request = OWN[what] or signed_stream()
    answers = [exchange(site.web_port, request) for site in (host, without_chat)]
    ours, theirs = map(without_chance, answers)
    if what == "a static file":
        ours, theirs = (re.sub(rb"Last-Modified: [^\r]+", b"", answer) for answer in (ours, theirs))
    assert theirs.startswith(b"HTTP/1.1 ")
    assert ours.split(b"\n") == theirs.split(b"\n")


def test_the_sites_events_and_the_chats_do_not_mix(host):
    """Both have a channel room-shared, at one Pushpin."""
    with host.listen("shared") as bob, Listener(host.url, "", path="/events/?channel=room-shared") as own:
        own.next("stream-open", 20)
        assert host.request("POST", "/announce/?channel=room-shared&text=ours")[0] == 200
        sent = host.post("shared", "ann", "the chat's")
        assert own.next("note", 20) == {"text": "ours"}
        assert bob.event(20)[1] == sent
        assert host.request("POST", "/announce/?channel=room-shared&text=again")[0] == 200
        assert own.next("note", 20) == {"text": "again"}
    channels = (
        "from django_eventstream.models import Event; print(sorted({*Event.objects.values_list('type', flat=True)}))"
    )
    assert "message" not in host.manage("shell", "-v0", "-c", channels)


def test_the_sites_own_command_wins(host):
    assert host.manage("backup") == "the host's own backup\n"


def test_the_models_need_no_migration_of_the_site(host):
    assert "No changes" in host.manage("makemigrations", "--check", "--dry-run")
    assert host.manage("check").startswith("System check identified no issues")


def test_the_admin_shows_rooms_and_the_sites_own_users(host):
    make = (
        "from django.contrib.auth import get_user_model as g; from django.test import Client; u = g().objects.filter("
        "username='root').first() or g().objects.create_superuser('root'); c = Client(); c.force_login(u);"
        "print([c.get(p).status_code for p in ('/admin/', '/admin/chat/chatroom/', '/admin/chat/chatmessage/')])"
    )
    assert host.manage("shell", "-v0", "-c", make) == "[200, 200, 200]\n"


def test_a_stream_sets_no_cookie_and_is_not_compressed(host):
    signature = jwt.encode({"iss": "pushpin", "exp": int(time.time()) + 600}, KEY)
    cookies = f"sessionid={'a' * 32}; csrftoken={'b' * 32}"
    answer = exchange(
        host.web_port,
        head(
            "GET",
            f"{PREFIX}events/?channel=room-lobby",
            f"Grip-Sig: {signature}",
            f"Cookie: {cookies}",
            "Accept-Encoding: gzip",
        ),
    )
    headers, _, body = answer.partition(b"\r\n\r\n")
    assert b"Grip-Hold: stream" in headers
    assert headers.count(b"Grip-Channel: ") == 1
    assert not re.search(rb"^(Set-Cookie|Content-Encoding):", headers, re.M | re.I)
    assert b"stream-open" in body


def assert_the_doctor_finds_nothing_wrong(host, run_dir):
    url = f"{host.url.rstrip('/')}{PREFIX.rstrip('/')}"
    said = subprocess.run(
        [host.python, "manage.py", "doctor", "--url", url, "--pushpin", run_dir / "pushpin.conf"],
        cwd=host.folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=120,
    )
    said = said.stdout + said.stderr
    wrong = {line.split(":")[0] for line in said.splitlines() if line.startswith("WRONG")}
    assert wrong == set(), said
    assert "ok     a message is posted, saved, logged and published, and arrives" in said


def test_the_doctor_finds_nothing_wrong(host, run_dir):
    assert_the_doctor_finds_nothing_wrong(host, run_dir)


# The other ways in


def assert_a_reader_resumes(site, room):
    with site.listen(room) as bob:
        sent = site.post(room, "ann", "hello")
        assert bob.message() == sent
        seen = bob.taken_event_id or bob.last_event_id
    missed = site.post(room, "ann", "meanwhile")
    with site.listen(room, seen) as bob:
        assert bob.message() == missed


def test_through_nginx_only_streams_pass_pushpin(host, tmp_path, run_dir, program_nginx):
    (location,) = [host.with_ports(text) for language, text in blocks("nginx") if language == "nginx"]
    port = spare_port()
    headers = "".join(line + "\n" for line in location.splitlines() if "proxy_set_header" in line)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/nginx.pid; error_log {tmp_path}/error.log; events {{}}\n"
        f"http {{ access_log {tmp_path}/access.log; "
        + "".join(
            f"{name}_temp_path {tmp_path}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f"\nserver {{ listen 127.0.0.1:{port};\n{location}\n"
        f"location / {{ proxy_pass http://127.0.0.1:{host.web_port};\n{headers} }} }} }}\n"
    )
    nginx = subprocess.Popen([program_nginx, "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-g", "daemon off;"])
    before, host.url = host.url, f"http://127.0.0.1:{port}/"
    try:
        wait_for(lambda: is_open(port), 20)
        assert_a_reader_resumes(host, "cellar")
        assert_the_doctor_finds_nothing_wrong(host, run_dir)
    finally:
        host.url = before
        nginx.terminate()
        nginx.wait(20)


@pytest.fixture
def program_nginx():
    from tests.live.conftest import program

    return program("nginx", "nginx is not installed: sudo apt install nginx-light")


def test_without_a_proxy_one_asgi_process_holds_the_streams(with_chat, tmp_path, chromium):
    """A fresh project with only what the document says."""
    site = HostSite(tmp_path / "site", with_chat, ports())
    site.start_project(oddities=False)
    for heading in ("Add it", "Try it without a proxy", "The database"):
        site.follow(heading)
    try:
        site.serve("Try it without a proxy")
        assert_a_reader_resumes(site, "lobby")
        with People(chromium, f"{site.url.rstrip('/')}{PREFIX}") as people:  # its scripts are not joined
            ann, eve = (people.join(name, "lobby") for name in ("ann", "eve"))
            ann.say("in a browser")
            expect(eve.texts).to_have_text(["hello", "meanwhile", "in a browser"])
    finally:
        site.stop()


# What a person sees: it runs in the site's own shell.
SIGN_IN_AND_OUT = """
import json, re
from django.contrib.auth.models import Group, User
from django.test import Client
from chat.models import Recheck

user, group = User.objects.create_user("ann", password="right horse battery"), Group.objects.create(name="attic")
user.groups.add(group)
client = Client(enforce_csrf_checks=True)

def form(page, **fields):
    token = re.search('csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
    return {"csrfmiddlewaretoken": token[1], **fields}

def statuses():
    rooms = ("lobby", "attic", "cellar")
    return [client.get(f"/community/chat/rooms/{room}/messages/").status_code for room in rooms]

seen = {"stranger": statuses()}
seen["sign in"] = client.get("/community/chat/attic")["Location"]
entered = form(client.get(seen["sign in"]), username="ann", password="right horse battery")
seen["room"] = client.post(seen["sign in"], entered)["Location"]
page = client.get(seen["room"])
seen["header"] = "My site" in page.content.decode()
seen["member"] = statuses()
user.groups.remove(group)
seen["rechecked"] = [*Recheck.objects.values_list("room", flat=True)]
seen["left"] = statuses()
seen["sign out"] = re.search('id="sign-out" method="post" action="([^"]+)"', page.content.decode())[1]
seen["end"] = client.post(seen["sign out"], form(page))["Location"]
seen["signed out"] = statuses()
print(json.dumps(seen))
"""


def test_people_sign_in_and_a_group_has_its_room(with_chat, tmp_path):
    """A fresh project with what the document says about users, and the files of docs/policies.md."""
    site = HostSite(tmp_path / "site", with_chat, ports())
    site.start_project(oddities=False)
    for heading in ("Add it", "The database", "Your own look", "Private rooms and your users"):
        site.follow(heading)
    files = {"rules": "class Groups", "rechecks": "def membership_ends", "apps": "class MySite"}
    for name, word in files.items():
        site.write(f"mysite/{name}.py", policy_code(word))
    [policy] = {*re.findall('CHAT_POLICY = "mysite.*"', DOCUMENTS["docs/embedding.md"])}
    site.append("settings", f"{policy}\n{policy_code('INSTALLED_APPS')}")
    assert json.loads(site.manage("shell", "-v0", "-c", SIGN_IN_AND_OUT)) == {
        "stranger": [401, 401, 401],
        "sign in": f"/accounts/login/?next={PREFIX}attic",
        "room": f"{PREFIX}attic",
        "header": True,
        "member": [200, 200, 403],
        "rechecked": ["attic"],
        "left": [200, 403, 403],
        "sign out": "/accounts/logout/",
        "end": "/accounts/login/",
        "signed out": [401, 401, 401],
    }


def policy_code(word):
    [code] = [code for _, code in BLOCK.findall(DOCUMENTS["docs/policies.md"]) if word in code]
    return code
