"""Browsers for the tests of the pages: Chromium, Firefox, people with browser profiles, and what each person sees."""

import shutil
from urllib.parse import quote, urlencode

from playwright.sync_api import expect

CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
PATIENCE_MS = 20_000
# A name has at most 64 characters, and a room's name has no slash.
HOSTILE = "</script></template>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"
HOSTILE_ROOM = "\"'><img src=x onerror=alert(1)>{{ 7*7 }}<script>"
NETWORK_ERROR = "Failed to load resource"  # Chromium's console message for a failed request

expect.set_options(PATIENCE_MS)


def find_chromium():
    """Return the path of Chromium, None if there is none. Its shell, without windows, takes a third of the time."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


def start_chromium(playwright):
    """Start a Chromium; used by `with`."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)


def start_firefox(playwright, path):
    """Start a Firefox, the program at `path`; used by `with`."""
    # This channel is for a Firefox that Playwright did not build.
    return playwright.firefox.launch(executable_path=path, channel="moz-firefox")


def start_whole(chromium, **options):
    """Start a whole Chromium: its shell knows no long press, and has no back-forward cache."""
    return chromium.browser_type.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_ARGUMENTS, **options)


def start_with_back_forward_cache(chromium):
    """Start a Chromium with the back-forward cache that Playwright switches off."""
    return start_whole(chromium, ignore_default_args=["--disable-back-forward-cache"])


def start_where_host_is_remote(chromium, host):
    """Start another Chromium, which believes that `host` is another machine."""
    return chromium.browser_type.launch(
        executable_path=find_chromium(),
        args=[*CHROMIUM_ARGUMENTS, f"--host-resolver-rules=MAP {host} 127.0.0.1"],
    )


class People:
    """Opens pages of the chat at `url` in the browser; used by `with`.

    At the end, it closes all pages. No page may have had an error, a warning or a dialog that the test did not allow.
    """

    def __init__(self, browser, url):
        self._browser, self.url = browser, url
        self._contexts, self._allowed = [], []
        self._console = []

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        for context in self._contexts:
            for page in context.pages:
                page.unroute_all(behavior="ignoreErrors")  # else an answer on its way breaks the next test
            context.close()
        complaints = [text for text in self._console if not any(part in text for part in self._allowed)]
        assert failure or complaints == [], complaints

    def new_page(self, own_stream=False, **context):
        """Return a page in a browser profile of its own; `context` holds Playwright's options for a context.

        With `own_stream` the page has no shared worker: Playwright cannot reach a worker's requests and clock.
        """
        context = self._browser.new_context(**{"locale": "en-US", **context})  # Chromium's shell has none
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        if own_stream:
            context.add_init_script("delete window.SharedWorker")
        return self.new_tab(context)

    def new_tab(self, context):
        """Return one more page in the browser profile `context`."""
        page = context.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and self._console.append(message.text))
        page.on("pageerror", lambda error: self._console.append(str(error)))
        page.on("dialog", lambda dialog: (self._console.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        return page

    def visit(self, path, **context):
        """Return the page at `path`."""
        page = self.new_page(**context)
        page.goto(self.url + path)
        return page

    def join(self, name, room, url=None, **context):
        """Let `name` enter the room in a browser profile of its own; return the Person once the stream is open."""
        return self.enter(self.new_page(**context), name, room, url)

    def join_in_tab(self, other, name, room, url=None):
        """Let `name` enter the room in a new tab of the other's browser; return the Person once the stream is open."""
        return self.enter(self.new_tab(other.page.context), name, room, url)

    def enter(self, page, name, room, url=None):
        """Open the room as `name` in the page; return the Person once the stream is open."""
        page.goto((url or self.url) + chat_path(name, room))
        person = Person(page)
        person.wait_for_stream()
        return person

    def enter_by_form(self, page, name, room):
        """Return the Person who gave the name on the room's join page, so that the browser remembers both."""
        page.goto(self.url + quote(room, safe=""))
        page.get_by_label("Your name").fill(name)
        page.get_by_role("button", name="Join").click()
        person = Person(page)
        person.wait_for_stream()
        return person

    def allow_complaint(self, text):
        """Allow complaints of the browser that contain `text`: the test causes them on purpose."""
        self._allowed.append(text)


class Person:
    """One open chat page, and the parts of it that tests look at."""

    def __init__(self, page):
        self.page = page
        self.texts = page.locator(".messages .message .text")
        self.pending = page.get_by_role("list", name="Not sent yet").get_by_role("listitem")
        self.pending_texts = self.pending.locator(".text")
        self.reasons = self.pending.get_by_role("alert")
        self.field = page.locator("#text")  # its label is in the page's language
        self.problem = page.locator("#composer").get_by_role("alert")
        self.status = page.get_by_role("status")

    def wait_for_stream(self, state="open"):
        expect(self.page.locator("html")).to_have_attribute("data-stream", state)

    def say(self, text):
        self.field.fill(text)
        self.field.press("Enter")


def chat_path(name, room):
    return f"{quote(room, safe='')}?{urlencode({'user': name})}"


def open_settings(page):
    """Unfold what is behind the person's own name."""
    page.locator(".me summary").click()
    expect(page.locator(".me")).to_have_attribute("open", "")
