"""A pause, as people see it: the words, their text that waits, and its arrival when the chat goes on."""

from playwright.sync_api import expect

WORDS = "The chat is paused: back at 12. What you write waits here."


def test_what_people_type_in_a_pause_arrives_when_the_chat_goes_on(chat, people, room):
    ann, bob = people.join("Ann", room), people.join("Bob", room, own_stream=True)
    people.allow_complaint("503")
    ann.say("before")
    expect(bob.texts).to_have_text(["before"])
    chat.manage("pause", "back at 12")
    try:
        for person in (ann, bob):
            expect(person.page.locator("#room-state")).to_have_text(WORDS)
        ann.say("in the pause")
        ann.say("and more")
        expect(ann.pending_texts).to_have_text(["in the pause", "and more"])
        ann.page.reload()
        expect(ann.page.locator("#room-state")).to_have_text(WORDS)
        expect(ann.pending_texts).to_have_text(["in the pause", "and more"])
        expect(ann.reasons.first).to_have_text("")
        ann.wait_for_stream()
        bob.wait_for_stream()
    finally:
        chat.manage("resume")
    for person in (ann, bob):
        expect(person.texts).to_have_text(["before", "in the pause", "and more"])
        expect(person.page.locator("#room-state")).to_have_text("")
    expect(ann.pending).to_have_count(0)


def test_an_edit_in_a_pause_is_refused_with_the_words(chat, people, room):
    ann = people.join("Ann", room)
    people.allow_complaint("503")
    ann.say("a typpo")
    expect(ann.texts).to_have_text(["a typpo"])
    chat.manage("pause", "back at 12")
    try:
        ann.field.press("ArrowUp")
        ann.say("a typo")
        expect(ann.problem).to_contain_text("Not saved: The chat is paused: back at 12.")
    finally:
        chat.manage("resume")
    ann.field.press("Enter")
    expect(ann.texts).to_have_text(["a typo"])
