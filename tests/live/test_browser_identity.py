"""A name proves nothing: people of one name, in a real browser."""

import re
from urllib.parse import quote, urljoin

from playwright.sync_api import expect

from tests.helpers.browser import NETWORK_ERROR, Person, chat_path

KEEPS_KEY = "() => Object.keys(localStorage).some((name) => name.startsWith('chat key '))"
FORGET = """(starts) => Object.keys(localStorage).filter((name) => starts.some((start) => name.startsWith(start)))
    .forEach((name) => localStorage.removeItem(name))"""
PLACES = "elements => elements.map(element => element.getBoundingClientRect().left)"


def own(person):
    """Return the texts of the messages that the page shows as the person's own: on the right."""
    return person.page.locator(".messages .own .text")


def marks(person):
    return person.page.locator(".messages .mark:visible")


def message(person, text):
    return person.page.locator(".messages .message").filter(has_text=text)


def say(person, *texts):
    for text in texts:
        person.say(text)
        expect(person.texts.last).to_have_text(text)


def forget(person, *starts):
    """Remove what the browser keeps under names that begin so, while no page of the room can write it again."""
    address = person.page.url
    person.page.wait_for_function(KEEPS_KEY)  # the server has answered, so nothing is sent again
    person.page.goto(urljoin(address, "/"))
    person.page.evaluate(FORGET, starts)
    person.page.goto(address)


def test_two_people_of_one_name_each_see_their_own_messages_as_their_own(people, room):
    ann, other = people.join("Ann", room), people.join("Ann", room)
    say(ann, "from Ann")
    expect(other.texts).to_have_text(["from Ann"])
    say(other, "from the other one", "and again")
    for _ in range(2):
        for person, mine in ((ann, ["from Ann"]), (other, ["from the other one", "and again"])):
            expect(person.texts).to_have_text(["from Ann", "from the other one", "and again"])
            expect(own(person)).to_have_text(mine)
            expect(person.page.get_by_role("button", name="Edit")).to_have_count(len(mine))
            expect(marks(person)).to_have_text([re.compile("^·[a-z2-7]{4}$")] * 3)
            person.page.reload()  # now the server has drawn the messages
    first, second, third = marks(ann).all_inner_texts()
    assert first != second == third
    assert marks(other).all_inner_texts() == [first, second, third]
    place = ann.page.locator(".messages .bubble").evaluate_all(PLACES)
    assert place[0] > place[1] == place[2]


def test_a_name_gets_and_loses_its_distinction_with_the_messages(people, chat, room):
    ann = people.join("Ann", room)
    say(ann, "mine")
    other = people.join("Ann", room)
    say(other, "not mine")
    expect(marks(ann)).to_have_count(2)
    message(other, "not mine").hover()
    other.page.get_by_role("button", name="Delete").click()
    other.page.get_by_role("group").get_by_role("button", name="Delete").click()
    expect(ann.texts).to_have_text(["mine"])
    expect(marks(ann)).to_have_count(0)
    chat.post(room, "Ann", "by curl")
    expect(marks(ann)).to_have_count(1)
    expect(message(ann, "mine").locator(".mark")).to_be_visible()


def test_a_message_from_elsewhere_is_never_the_persons_own_and_is_announced(people, chat, room):
    ann = people.join("Ann", room)
    say(ann, "mine")
    chat.post(room, "Ann", "not mine")
    expect(ann.texts).to_have_text(["mine", "not mine"])
    expect(ann.page.get_by_label("New messages")).to_have_text("Ann: not mine")
    expect(message(ann, "not mine")).not_to_have_class(re.compile("grouped|own"))
    ann.page.reload()
    expect(ann.texts).to_have_text(["mine", "not mine"])
    expect(own(ann)).to_have_text(["mine"])
    ann.field.press("ArrowUp")
    expect(ann.field).to_have_value("mine")


def test_an_own_message_can_be_changed_after_its_key_was_lost(people, chat, room):
    ann, bob = people.join("Ann", room), people.join("Bob", room)
    say(ann, "one", "two")
    forget(ann, "chat key ")
    expect(own(ann)).to_have_text(["one", "two"])
    ann.field.press("ArrowUp")
    ann.field.fill("two, edited")
    ann.field.press("Enter")
    expect(bob.texts).to_have_text(["one", "two, edited"])
    message(ann, "one").hover()
    message(ann, "one").get_by_role("button", name="Delete").click()
    ann.page.get_by_role("group").get_by_role("button", name="Delete").click()
    expect(bob.texts).to_have_text(["two, edited"])


def test_a_page_that_has_lost_its_mark_asks_for_it_once(people, room):
    ann = people.join("Ann", room)
    say(ann, "mine, @Ann")
    asked = []
    ann.page.on("request", lambda request: "limit=1" in request.url and asked.append(request.headers["author-key"]))
    for visit in (lambda: forget(ann, "chat key ", "chat mark "), ann.page.reload):
        visit()
        ann.wait_for_stream()
        expect(own(ann)).to_have_text(["mine, @Ann"])
        expect(ann.page.get_by_role("button", name="Edit")).to_have_count(1)
        expect(ann.page.locator(".mentioned")).to_have_count(0)
    assert len(asked) == 1
    assert len(asked[0]) >= 16


def test_tabs_that_start_at_once_are_one_person(people, chat, room):
    start = people.visit("")
    tabs = [Person(people.new_tab(start.context)) for _ in range(2)]
    for tab in tabs:
        tab.page.evaluate("address => { location.href = address }", chat.url + chat_path("Ann", room))
    for tab in tabs:
        tab.wait_for_stream()
    say(tabs[0], "from one")
    say(tabs[1], "from two")
    for tab in tabs:
        expect(own(tab)).to_have_text(["from one", "from two"])
        expect(marks(tab)).to_have_count(0)


def test_a_name_with_spaces_around_it_settles_the_outbox(people, chat, room):
    people.allow_complaint(NETWORK_ERROR)
    ann = Person(people.visit(f"{quote(room)}?user=%20%20Ann%20"))
    ann.wait_for_stream()
    # The message is saved, but no POST gets an answer: only the stream can settle it.
    ann.page.route("**/messages/", lambda route: (route.fetch(), route.abort()))
    ann.say("hello")
    expect(ann.texts).to_have_text(["hello"])
    expect(ann.pending).to_have_count(0)
    expect(own(ann)).to_have_text(["hello"])


def test_what_the_server_has_drawn_stays_where_it_is(people, chat, room):
    """The script fills in the discs and moves nothing but the person's own messages."""
    chat.post(room, "Bob", "one")
    chat.post(room, "Eve Miller", "two")
    drawn = people.visit(chat_path("Ann", room), java_script_enabled=False)
    filled = people.join("Ann", room)
    assert drawn.locator(".text").evaluate_all(PLACES) == filled.texts.evaluate_all(PLACES)
    expect(filled.page.locator(".messages .disc")).to_have_text(["B", "EM"])


def test_a_moderators_message_says_so(people, admin, chat, room):
    ann = people.join("Ann", room)
    moderator = people.enter(admin, "Moderator", room)
    say(moderator, "Be kind.")
    chat.post(room, "Bob", "I am.")
    for _ in range(2):
        expect(ann.texts).to_have_text(["Be kind.", "I am."])
        expect(message(ann, "Be kind.").get_by_text("Moderator", exact=True)).to_have_count(2)  # the name and the label
        expect(message(ann, "Be kind.").locator(".staff")).to_be_visible()
        expect(message(ann, "I am.").locator(".staff")).to_be_hidden()
        ann.page.reload()
