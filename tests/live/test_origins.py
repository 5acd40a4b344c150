"""Pages of other sites use the chat in a browser: those in ORIGINS, and no others."""

import json
import secrets
from contextlib import suppress
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.helpers.line import Line
from tests.helpers.machines import NGINX, Nginx, Proxy
from tests.helpers.other_site import CROSS_SITE, SAME_SITE, OtherSite
from tests.helpers.running import Chat, spare_port
from tests.live.conftest import program

STARTED_S = 60
PAGE = "<!doctype html><title>Another site</title>"

READ = """async (list) => {
    const answer = await fetch(list);
    return [answer.status, Object.keys(await answer.json()), answer.headers.get("ETag")];
}"""
POST = """async ([list, text]) => {
    const answer = await fetch(list, {
        method: "POST",
        headers: { "Idempotency-Key": `key of ${text.slice(0, 9)}`, "Author-Key": "0123456789abcdef" },
        body: new URLSearchParams({ from: "ann", text }),
    });
    return [answer.status, await answer.json(), answer.headers.get("Retry-After")];
}"""
CHANGE = """async ([url, method, text]) => {
    const headers = { "Author-Key": "0123456789abcdef", "Content-Type": "application/json" };
    const answer = await fetch(url, { method, headers, body: JSON.stringify({ text }) });
    return [answer.status, await answer.json()];
}"""
POST_BLINDLY = """(list) => {
    const body = new URLSearchParams({ from: "ann", text: "hello" });
    return fetch(list, { method: "POST", mode: "no-cors", body });
}"""
LISTEN = """(url) => new Promise((resolve) => {
    window.texts = [];
    window.stream = new EventSource(url);
    stream.addEventListener("message", ({ data }) => texts.push(JSON.parse(data).text));
    stream.onopen = () => resolve("open");
    stream.onerror = () => stream.readyState === EventSource.CLOSED && resolve("closed");
})"""
SUBMIT = """(list) => {
    const fields = '<input name="from" value="ann"><input name="text" value="hello">';
    document.body.innerHTML = `<form method="post" action="${list}">${fields}</form>`;
    document.forms[0].submit();
}"""
SHOW = "(url) => Object.assign(document.body.appendChild(document.createElement('iframe')), { src: url }) && null"
NOT_SHOWN = "chrome-error://chromewebdata/"


@pytest.fixture(scope="module")
def shop():
    """A site in ORIGINS."""
    with OtherSite(lambda query: PAGE) as site:
        yield site


@pytest.fixture(scope="module")
def stranger():
    """A site that is not in ORIGINS."""
    with OtherSite(lambda query: PAGE) as site:
        yield site


@pytest.fixture(scope="module")
def chat(pushpin, shop, tmp_path_factory):
    origins = f"{shop.origin(SAME_SITE)},{shop.origin(CROSS_SITE)}"
    with Chat.ready(tmp_path_factory.mktemp("chat"), TRUSTED_PROXIES=NGINX, ORIGINS=origins) as chat:
        yield chat


@pytest.fixture(scope="module")
def behind_nginx(chat, tmp_path_factory):
    program("nginx", "nginx is not installed: sudo apt install nginx-light")
    server = urlsplit(chat.url).netloc
    with Nginx(tmp_path_factory.mktemp("front") / "nginx", spare_port(), spare_port()) as nginx:
        nginx.start([server], [Proxy(server, control_port=0)])
        yield nginx


@pytest.fixture(params=["chat", "behind_nginx"])
def front(request):
    """The chat, through Pushpin alone, and through nginx and Pushpin."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def room():
    return f"room-{secrets.token_hex(4)}"


@pytest.fixture(params=[SAME_SITE, CROSS_SITE])
def host(request):
    return request.param


@pytest.fixture
def open_page(chromium):
    """A function that opens the page of a site in a browser profile of its own."""
    contexts = []

    def opened(site, host):
        contexts.append(chromium.new_context())
        page = contexts[-1].new_page()
        page.goto(f"{site.origin(host)}/")
        return page

    yield opened
    for context in contexts:
        context.close()


def list_of(front, room):
    return f"{front.url}rooms/{room}/messages/"


def texts_in(front, room):
    return [message["text"] for message in json.loads(front.request("GET", f"/rooms/{room}/messages/")[1])["messages"]]


def test_a_listed_site_lists_posts_once_edits_and_deletes(front, host, shop, room, open_page):
    page = open_page(shop, host)
    status, keys, tag = page.evaluate(READ, list_of(front, room))
    assert (status, "last-event-id" in keys, tag[:3]) == (200, True, 'W/"')
    status, message, _ = page.evaluate(POST, [list_of(front, room), "hello"])
    assert (status, message["text"], len(message["author"])) == (200, "hello", 8)
    assert page.evaluate(POST, [list_of(front, room), "hello"])[1] == message
    assert texts_in(front, room) == ["hello"]
    its_url = f"{list_of(front, room)}{message['id']}/"
    status, edited = page.evaluate(CHANGE, [its_url, "PATCH", "hello again"])
    assert (status, edited["text"]) == (200, "hello again")
    assert page.evaluate(CHANGE, [its_url, "DELETE", ""])[0] == 200
    assert texts_in(front, room) == []


def test_a_listed_site_reads_why_it_was_refused_and_when_to_try_again(front, host, shop, room, open_page, chat):
    page = open_page(shop, host)
    status, answer, _ = page.evaluate(POST, [list_of(front, room), ""])
    assert (status, answer["errors"][0]["field"]) == (400, "text")
    assert page.evaluate(POST, [list_of(front, room), "x" * 200_000])[0] == 413
    chat.manage("pause", "a backup is made")
    try:
        status, answer, seconds = page.evaluate(POST, [list_of(front, room), "hello"])
    finally:
        chat.manage("resume")
    assert (status, answer["errors"][0]["paused"], seconds) == (503, "a backup is made", "30")


def test_a_listed_site_follows_a_stream_and_resumes_it(front, host, shop, room, open_page):
    page = open_page(shop, host)
    with Line(front.url) as line:
        assert page.evaluate(LISTEN, f"{line.url}events/?channel=room-{room}") == "open"
        front.post(room, "bob", "one")
        page.wait_for_function("texts.join() === 'one'")
        line.cut()
        front.post(room, "bob", "meanwhile")
        line.repair()
        page.wait_for_function("texts.join() === 'one,meanwhile'")
        front.post(room, "bob", "live again")
        page.wait_for_function("texts.join() === 'one,meanwhile,live again'")
        page.evaluate("stream.close()")


def test_an_unlisted_site_reads_nothing_and_saves_nothing(front, host, stranger, room, open_page):
    front.post(room, "bob", "for us only")
    page = open_page(stranger, host)
    for script, about in (
        (READ, list_of(front, room)),
        (POST, [list_of(front, room), "hello"]),
        (CHANGE, [f"{list_of(front, room)}1/", "DELETE", ""]),
    ):
        assert page.evaluate(f"(about) => ({script})(about).catch((error) => error.name)", about) == "TypeError"
    assert page.evaluate(LISTEN, f"{front.url}events/?channel=room-{room}") == "closed"
    with page.expect_response(list_of(front, room)) as blind:
        page.evaluate(POST_BLINDLY, list_of(front, room))
    assert blind.value.status == 403
    assert texts_in(front, room) == ["for us only"]


def test_the_form_of_an_unlisted_site_is_refused(front, host, stranger, room, open_page):
    page = open_page(stranger, host)
    with page.expect_response(list_of(front, room)) as refused:
        page.evaluate(SUBMIT, list_of(front, room))
    assert refused.value.status == 403
    assert texts_in(front, room) == []


def test_no_proxy_adds_a_header_for_an_unlisted_site(front, host, shop, stranger, room):
    for path in (f"/events/?channel=room-{room}", f"/rooms/{room}/events/", f"/rooms/{room}/messages/", "/lobby"):
        assert allowed_in(front, path, stranger.origin(host)) == {}
        listed = {"access-control-allow-origin": shop.origin(host)} if path != "/lobby" else {}
        found = allowed_in(front, path, shop.origin(host))
        found.pop("access-control-expose-headers", None)
        assert found == listed


def allowed_in(front, path, origin):
    """Return the headers about other sites in the answer to a GET."""
    where = urlsplit(front.url)
    connection = HTTPConnection(where.hostname, where.port, timeout=20)
    connection.request("GET", path, headers={"Origin": origin})
    answer = connection.getresponse()
    with suppress(OSError):
        connection.sock.close()
    assert answer.status == 200
    return {name.lower(): value for name, value in answer.getheaders() if name.lower().startswith("access-control")}


@pytest.mark.parametrize("path", ["lobby?user=ann", "admin/login/"])
def test_no_page_but_the_one_for_frames_is_shown_in_a_listed_sites_frame(front, host, shop, open_page, path):
    assert framed(open_page(shop, host), f"{front.url}{path}") == NOT_SHOWN


def test_the_page_for_frames_is_shown_by_a_listed_site_alone(front, host, shop, stranger, open_page):
    url = f"{front.url}-/frame/lobby"
    assert framed(open_page(shop, host), url) == url
    assert framed(open_page(stranger, host), url) == NOT_SHOWN


def framed(page, url):
    """Return the address of what the browser shows in the page's frame."""
    with page.expect_event("framenavigated", lambda frame: frame.url not in ("", "about:blank")) as shown:
        page.evaluate(SHOW, url)
    return shown.value.url


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"ORIGINS": "*", "POLICY": "users"}, "(chat.E012) CHAT_ORIGINS is *, and the policy takes cookies"),
        ({"ORIGINS": "https://shop.example.com/"}, "ORIGINS='https://shop.example.com/' won't do: write sites as in"),
    ],
)
def test_a_list_that_lets_strangers_in_or_nobody_stops_the_start(pushpin, tmp_path, environment, words):
    with Chat(tmp_path, **environment) as chat:
        assert chat.wait_until_ended(STARTED_S) == 1
        chat.wait_until_silent()
        assert any(words in line for line in chat.printed), chat.printed
