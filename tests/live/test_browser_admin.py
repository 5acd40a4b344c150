"""An admin deletes while people read: with a browser, through Pushpin."""

import os
import re
import secrets
import subprocess

import pytest
from playwright.sync_api import expect

from tests.helpers.running import PROJECT

PASSWORD = "for this test only"
MANY = 4_000  # messages: more than a request of 4 s deletes
LONG_MS = 120_000
FILL = """
from chat.models import ChatMessage, ChatRoom
room = ChatRoom.objects.create(eid="{room}")
ChatMessage.objects.bulk_create([ChatMessage(room=room, user="Alice", text="spam") for _ in range({count})])
"""


def manage(chat, *arguments, **environment):
    own = {"PATH": os.environ["PATH"], "DATA_DIR": str(chat.data_dir), **environment}
    command = [PROJECT / ".venv/bin/python", PROJECT / "manage.py", *arguments]
    subprocess.run(command, env=own, check=True, capture_output=True, timeout=60)


@pytest.fixture
def admin(chat, people):
    """A page of an admin who has just logged in."""
    name = f"admin-{secrets.token_hex(4)}"
    manage(chat, "createsuperuser", "--noinput", f"--username={name}", "--email=", DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    page = people.visit("admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    return page


def test_a_deleted_room_leaves_every_screen(admin, people, chat, room):
    chat.post(room, "Bob", "first")
    alice = people.join("Alice", room)
    carol = people.join("Carol", room, own_stream=True)
    tab = people.join_in_tab(alice, "Alice", f"{room}!")
    chat.post(room, "Bob", "second")
    for person in (alice, carol):
        expect(person.texts).to_have_text(["first", "second"])
    admin.goto(f"{chat.url}admin/chat/chatroom/?q={room}")
    admin.get_by_role("link", name=room, exact=True).click()
    admin.get_by_role("link", name="Delete").click()
    expect(admin.locator("#content")).to_contain_text("Delete 1 room with 2 messages?")
    admin.get_by_role("button", name="Yes").click()
    expect(admin.locator(".messagelist")).to_contain_text("Deleted, with 2 messages.")
    for person in (alice, carol):
        expect(person.texts).to_have_count(0)
    alice.say("a new beginning")
    for person in (alice, carol):
        expect(person.texts).to_have_text(["a new beginning"])
    tab.say("elsewhere")
    expect(tab.texts).to_have_text(["elsewhere"])


def test_a_long_deletion_goes_on_from_page_to_page(admin, chat, room, people):
    manage(chat, "shell", "-v0", "-c", FILL.format(room=room, count=MANY))
    reader = people.join("Alice", room)
    expect(reader.texts).to_have_count(50)
    admin.goto(f"{chat.url}admin/chat/chatmessage/?q=spam")
    admin.get_by_label("Select all objects on this page").check()
    admin.get_by_role("button", name=re.compile(r"Select all 4\D?000 messages")).click()
    admin.get_by_label("Action:").select_option("delete_selected")
    admin.get_by_role("button", name="Go").click()
    posts = []
    admin.on("request", lambda request: request.method == "POST" and posts.append(request))
    admin.get_by_role("button", name="Yes").click()
    expect(admin.locator(".messagelist")).to_contain_text("Deleted 4\N{NO-BREAK SPACE}000 messages.", timeout=LONG_MS)
    assert len(posts) > 1
    expect(reader.texts).to_have_count(0)
