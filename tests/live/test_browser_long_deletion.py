"""A deletion that takes several requests goes on from page to page by itself: with a browser, through Pushpin."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.running import Chat

MANY = 400  # messages: more than a request deletes here, where it works for 0.05 s
FILL = """
from chat.models import ChatMessage, ChatRoom
room = ChatRoom.objects.create(eid="lobby")
ChatMessage.objects.bulk_create([ChatMessage(room=room, user="Alice", text="spam") for _ in range({count})])
"""


@pytest.fixture
def chat(pushpin, project, tmp_path):
    """A chat whose requests delete for 0.05 s instead of 4 s."""
    code = project / "chat" / "messages" / "batches.py"
    text = code.read_text()
    assert "\nWORK_S = 4 " in text
    code.write_text(text.replace("\nWORK_S = 4 ", "\nWORK_S = 0.05 "))
    with Chat.ready(tmp_path / "data", command=[project / "bin" / "run"]) as chat:
        yield chat


def test_a_long_deletion_goes_on_from_page_to_page(admin, chat, people):
    chat.manage("shell", "-v0", "-c", FILL.format(count=MANY))
    reader = people.join("Alice", "lobby")
    expect(reader.texts).to_have_count(50)
    admin.goto(f"{chat.url}admin/chat/chatmessage/?q=spam")
    admin.get_by_label("Select all objects on this page").check()
    admin.get_by_role("button", name=re.compile(f"Select all {MANY} messages")).click()
    admin.get_by_label("Action:").select_option("delete_selected")
    admin.get_by_role("button", name="Go").click()
    posts = []
    admin.on("request", lambda request: request.method == "POST" and posts.append(request))
    admin.get_by_role("button", name="Yes").click()
    # It takes several pages of some seconds each, and a busy machine takes longer for each.
    expect(admin.locator(".messagelist")).to_contain_text(f"Deleted {MANY} messages.", timeout=90_000)
    assert len(posts) > 1
    expect(reader.texts).to_have_count(0)
