"""Shows every state of the page at a glance: .venv/bin/python docs/contact_sheet.py OUT.png [http://127.0.0.1:8000/]

Each state as on a desktop and on a phone: light, dark, in the colours of the system, in Arabic and at 200 %. It posts
into rooms of its own, whose names begin with "sheet", so use a chat whose data may go.
"""

import base64
import json
import secrets
import shutil
import sys
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from playwright.sync_api import expect, sync_playwright

SIZES = {"desktop": {"width": 1100, "height": 700}, "phone": {"width": 360, "height": 700}}
SIZES["desktop at 200 %"] = {"width": 550, "height": 350}
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "Arabic": {"locale": "ar"},
}
SHEETS = [
    ("desktop", "light"),
    ("desktop", "dark"),
    ("desktop", "forced colours"),
    ("desktop", "Arabic"),
    ("desktop at 200 %", "light"),
    ("phone", "light"),
    ("phone", "dark"),
    ("phone", "Arabic"),
]
SAID = [
    ("Ann", "Morning! Who is in for the seaside on Saturday?"),
    ("Bob", "Me. I can take four people in the car."),
    ("Bob", "@Ann shall I bring the dog?"),
    ("Mariam", "مرحبا، أنا قادمة أيضًا. هل أحضر القهوة؟"),
    ("Jürgen", "By bike, so give me ten extra minutes. The way: https://example.org/route?from=station"),
    ("Ann", "Perfect. I bring:\n- buckets\n- the big flask\n- the long rope"),
    ("Bob", "The list, for the computer:\n```\nfor thing in bag:\n    print(thing.name)\n```"),
    ("Li", "A" + "a" * 120 + "h!"),
    ("Bob", "Leaving at 9 from the station, then."),
]


def secret_of(name):
    return f"the-secret-of-{name}"


class Sheet:
    def __init__(self, browser, url, device, look):
        self.browser, self.url, self.device, self.look = browser, url, device, look
        self.room = f"sheet {secrets.token_hex(3)}"
        self.shots = []

    def post(self, sender, text, room=None):
        said = urlencode({"from": sender, "text": text, "author_key": secret_of(sender)}).encode()
        with urlopen(f"{self.url}rooms/{quote(room or self.room)}/messages/", said) as answer:
            return json.load(answer)["id"]

    def context(self, **options):
        context = self.browser.new_context(
            viewport=SIZES[self.device], has_touch=self.device == "phone", **LOOKS[self.look], **options
        )
        context.add_init_script(f"localStorage.setItem('chat author key', '{secret_of('Ann')}')")
        return context

    def page(self, path, context=None, **options):
        page = (context or self.context(**options)).new_page()
        page.goto(self.url + path)
        return page

    def join(self, room=None, name="Ann", **options):
        return self.page(f"{quote(room or self.room)}?{urlencode({'user': name})}", **options)

    def shoot(self, name, page, close=True):
        page.wait_for_timeout(400)
        self.shots.append((f"{name}, {self.device}, {self.look}", base64.b64encode(page.screenshot()).decode()))
        if close:
            page.context.close()

    def all(self):
        self.shoot("join", self.page(""))
        self.shoot("join with an error", self.page("?user=&room=a%2Fb"))
        self.shoot("empty room", self.join())
        for sender, text in SAID:
            self.post(sender, text)
        self.shoot("room", self.join())
        page = self.join()
        page.locator(".log").evaluate("log => log.scrollTo(0, 0)")
        self.shoot("room, from its beginning", page)
        self.shoot("without scripts", self.join(java_script_enabled=False))
        self.shoot("address of nothing", self.page("-/nothing"))
        self.unread_and_linked()
        self.editing()
        self.pending_and_failed()
        self.offline()
        self.long_room()
        if self.device == "phone":
            page = self.join()
            page.locator(".rooms-button").click()
            self.shoot("rooms", page, close=False)
            page.locator("#new-room").fill("garden")
            self.shoot("finding a room", page, close=False)
            page.locator(".me summary").click()
            self.shoot("settings", page)

    def unread_and_linked(self):
        page = self.join()
        page.wait_for_timeout(1_500)  # until what was read is remembered
        page.goto("about:blank")
        asked = self.post("Mariam", "Is there a shop near the beach?")
        self.post("Jürgen", "Yes, until noon.")
        page.goto(f"{self.url}{quote(self.room)}?user=Ann")
        self.shoot("where one left off", page)
        page = self.join()
        page.goto(f"{page.url}#m{asked}")
        self.shoot("a linked message", page)

    def editing(self):
        page = self.join()
        field = page.locator("#text")
        field.fill("Has anybody seen the big flask?")
        field.press("Control+Enter")
        expect(page.locator(".messages .own .text").last).to_have_text("Has anybody seen the big flask?")
        self.choose(page.locator(".messages .own").last)
        self.shoot("own message", page, close=False)
        field.press("ArrowUp")
        self.shoot("editing", page, close=False)
        field.press("Escape")
        self.choose(page.locator(".messages .own").last)
        page.locator(".messages .own .delete").last.click()
        self.shoot("deleting", page)

    def choose(self, message):
        """Show the message's tools: with the mouse beside it, or on a narrow screen by a tap, unless they are there."""
        if self.device == "desktop":
            message.hover()
        elif "chosen" not in message.get_attribute("class"):
            message.locator(".bubble").click()

    def pending_and_failed(self):
        page = self.join()
        page.route(
            "**/messages/",
            lambda route: route.fulfill(status=503) if route.request.method == "POST" else route.continue_(),
        )
        field = page.locator("#text")
        field.fill("This one waits for the server")
        field.press("Control+Enter")
        page.wait_for_timeout(1_500)
        self.shoot("pending", page)
        page = self.join()
        refusal = '{"errors": [{"field": "text", "message": "text holds a NUL character. Remove it."}]}'
        page.route(
            "**/messages/", lambda route: route.fulfill(status=400, body=refusal, content_type="application/json")
        )
        field = page.locator("#text")
        field.fill("This one was refused")
        field.press("Control+Enter")
        self.shoot("failed", page)
        page = self.join()
        page.locator("#text").fill("long " * 1_598)
        self.shoot("near the limit", page)

    def offline(self):
        context = self.context()
        context.add_init_script("delete window.SharedWorker")  # its stream could not be cut off from here
        context.route("**/events/**", lambda route: route.abort())
        page = self.join(context=context)
        page.wait_for_timeout(7_000)
        self.shoot("connection lost", page, close=False)
        context.set_offline(True)
        self.shoot("offline", page)

    def long_room(self):
        room = f"{self.room} long"
        for number in range(130):
            self.post(("Ann", "Bob", "Mariam")[number % 4 % 3], f"Number {number}, of many", room)
        page = self.join(room)
        log = page.locator(".log")
        log.hover()
        page.mouse.wheel(0, -2_500)
        page.wait_for_timeout(500)
        self.post("Bob", "Something new", room)
        self.shoot("scrolled up, something new", page)


def main(out, url):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for device, look in SHEETS:
            sheet = Sheet(browser, url, device, look)
            sheet.all()
            save(browser, sheet.shots, out.replace(".png", f"-{device}-{look}.png".replace(" ", "-").replace("-%", "")))
        browser.close()


def save(browser, shots, path):
    page = browser.new_page(viewport={"width": 1800, "height": 600})
    figures = "".join(
        f'<figure><img src="data:image/png;base64,{png}"><figcaption>{name}</figcaption></figure>'
        for name, png in shots
    )
    style = (
        "body{margin:12px;display:flex;flex-wrap:wrap;gap:12px;background:#888;font:14px sans-serif}"
        "figure{margin:0}img{display:block;height:430px}figcaption{padding:4px}"
    )
    page.set_content(f"<style>{style}</style>{figures}")
    page.screenshot(path=path, full_page=True)
    page.close()


if __name__ == "__main__":
    main(sys.argv[1], *sys.argv[2:] or ["http://127.0.0.1:8000/"])
