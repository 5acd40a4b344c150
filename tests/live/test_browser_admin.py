"""An admin deletes while people read: with a browser, through Pushpin."""

from playwright.sync_api import expect


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
