"""A login at the admin, over http or https."""

import re
import ssl
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlencode, urlsplit

ANSWER_S = 20
WRONG_PASSWORD = "Please enter the correct username and password"


def login(url, origin=None, name="eve", password="wrong", **headers):
    """Fill in the login form at `url` like a browser; return the page that is the answer.

    `origin` is what the browser says about where the form comes from.
    """
    where = urlsplit(url)
    if where.scheme == "https":
        connection = HTTPSConnection(where.netloc, timeout=ANSWER_S, context=ssl._create_unverified_context())
    else:
        connection = HTTPConnection(where.netloc, timeout=ANSWER_S)
    origin = origin or f"{where.scheme}://{where.netloc}"
    try:
        connection.request("GET", "/admin/login/", headers=headers)
        page = connection.getresponse()
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[1]
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
