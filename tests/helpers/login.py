"""A login at the admin, over http or https."""

import re
import secrets
import ssl
from http.client import HTTPConnection, HTTPSConnection
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPSHandler, build_opener

ANSWER_S = 20
NO_CHECK = ssl._create_unverified_context()
TOKEN = r'csrfmiddlewaretoken" value="(\w+)"'
WRONG_PASSWORD = "Please enter the correct username and password"


def login(url, origin=None, name="eve", password="wrong", **headers):
    """Fill in the login form at `url` like a browser; return the page that is the answer.

    `origin` is what the browser says about where the form comes from.
    """
    where = urlsplit(url)
    if where.scheme == "https":
        connection = HTTPSConnection(where.netloc, timeout=ANSWER_S, context=NO_CHECK)
    else:
        connection = HTTPConnection(where.netloc, timeout=ANSWER_S)
    origin = origin or f"{where.scheme}://{where.netloc}"
    try:
        connection.request("GET", "/admin/login/", headers=headers)
        page = connection.getresponse()
        token = re.search(TOKEN, page.read().decode())[1]
        form = {"csrfmiddlewaretoken": token, "username": name, "password": password}
        sent = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": page.headers["Set-Cookie"].split(";")[0],
            "Origin": origin,
            "Referer": f"{origin}/admin/",
            **headers,
        }
        connection.request("POST", "/admin/login/", urlencode(form), sent)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def make_admin(chat):
    """Make an admin in the chat; return the name and the password."""
    name, password = f"admin-{secrets.token_hex(4)}", "for this test only"
    user = ("--noinput", f"--username={name}", "--email=")
    chat.manage("createsuperuser", *user, DJANGO_SUPERUSER_PASSWORD=password)
    return name, password


def log_in(url, name, password):
    """Log in like a browser, which sends back no Secure cookie over http.

    Return the page that it then sees, with its headers, and whether each of its cookies is Secure.
    """
    cookies = CookieJar()
    browser = build_opener(HTTPCookieProcessor(cookies), HTTPSHandler(context=NO_CHECK))
    address = f"{url.rstrip('/')}/admin/"
    with browser.open(address, timeout=ANSWER_S) as form:
        token = re.search(TOKEN, form.read().decode())[1]
    filled_in = {"csrfmiddlewaretoken": token, "username": name, "password": password, "next": "/admin/"}
    browser.addheaders += [("Origin", url.rstrip("/")), ("Referer", address)]
    with browser.open(f"{address}login/", urlencode(filled_in).encode(), timeout=ANSWER_S) as page:
        return page.read().decode(), page.headers, {cookie.name: cookie.secure for cookie in cookies}
