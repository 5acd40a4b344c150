"""chat/api/openapi.yaml says what the code does: addresses, fields, limits, errors, events and messages."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

import chat
from chat import limits, urls
from chat.api import moderation
from chat.api.description_parts import document, operations, parameters, resolve
from chat.events.log import KEPT
from chat.grip.publisher import RECHECK
from chat.messages.actions import AT_ONCE
from chat.messages.forms import (
    MIN_AUTHOR_KEY_LENGTH,
    AuthorForm,
    DeleteForm,
    EditForm,
    MessageForm,
    ModerationForm,
    PageForm,
)
from chat.messages.moderation import LONGEST_BAN_H, SLOWEST_S
from chat.models import (
    MAX_KEY_LENGTH,
    MAX_PAGE_BYTES,
    MAX_PAGE_SIZE,
    MAX_TAG_LENGTH,
    MAX_TEXT_LENGTH,
    PAGE_SIZE,
    ChatMessage,
)
from chat.naming import MAX_NAME_LENGTH
from chat.streams.sse import KEEP_ALIVE_S
from chat.streams.views import BROWSER_HEADERS_BYTES, MAX_CHANNELS, MAX_HEAD_BYTES
from chat.web.body_reader import BODY_S
from chat.web.fields import FIELDS, HEADERS, MAX_FIELDS, READERS
from chat.web.refusals import MESSAGE_ERRORS

CHAT = Path(chat.__file__).parent
DOCUMENT = document()
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = {
    operation["operationId"]: (path, method, operation, item) for path, method, operation, item in operations()
}
# Pages for people, what only the proxy and the doctor ask, and what only a page's own form and a browser ask.
NOT_FOR_PROGRAMS = {"join", "room", "read", "frame", "next-link", "seen", "language", "manifest"}
LARGEST_NUMBER = 10**18 - 1  # 18 digits


def sources():
    return {path.relative_to(CHAT).as_posix(): path.read_text() for path in CHAT.rglob("*.py")}


def properties(name):
    """Return {field: its schema} of a schema."""
    return {field: resolve(schema) for field, schema in SCHEMAS[name]["properties"].items()}


def parameter(operation_id, name):
    """Return a parameter's schema."""
    _, _, operation, item = OPERATIONS[operation_id]
    return next(resolve(one["schema"]) for one in parameters(operation, item) if one["name"] == name)


def names_of(operation_id, place):
    _, _, operation, item = OPERATIONS[operation_id]
    return {one["name"] for one in parameters(operation, item) if one["in"] == place}


def lengths(schema):
    return schema.get("minLength", 0), schema["maxLength"]


def span(schema):
    return schema["minimum"], schema["maximum"]


def wire_names(form):
    return {form({}).add_prefix(name) for name in form.base_fields}


def refusals():
    """Return (operation, status, words) for each refusal whose errors the description names."""
    return [
        (name, int(status), {*resolve(response)["x-fields"]})
        for name, (_, _, operation, _) in OPERATIONS.items()
        for status, response in operation["responses"].items()
        if "x-fields" in resolve(response)
    ]


def fields_at(status):
    return {word for _, found, words in refusals() if found == status for word in words}


def walk(part):
    """Return all parts of the description."""
    yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from walk(inner)


def test_every_reference_leads_somewhere_and_nothing_is_empty():
    for part in walk(DOCUMENT):
        assert part is not None
        if isinstance(part, dict):
            resolve(part)


def test_every_part_that_others_may_name_is_named():
    named = {part["$ref"] for part in walk(DOCUMENT) if isinstance(part, dict) and "$ref" in part}
    kinds = ("parameters", "headers", "responses", "schemas")
    assert named == {f"#/components/{kind}/{name}" for kind in kinds for name in DOCUMENT["components"][kind]}


def test_the_version_is_that_of_the_chat():
    assert DOCUMENT["info"]["version"] == chat.__version__


def test_the_addresses_are_those_that_programs_use():
    routes = {pattern.name: str(pattern.pattern) for pattern in urls.urlpatterns if pattern.name}
    assert routes.keys() >= NOT_FOR_PROGRAMS
    described = {re.sub("<segment:(?:message_)?(.+?)>", r"{\1}", routes[name]) for name in {*routes} - NOT_FOR_PROGRAMS}
    assert {*DOCUMENT["paths"]} == {f"/{route}" for route in described}


@pytest.mark.django_db
@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_an_address_takes_the_methods_in_the_description(client, path):
    answer = client.generic("BREW", path.format(room="lobby", id=1))
    described = {method.upper() for found, method, _, _ in operations() if found == path}
    assert (answer.status_code, {*answer["Allow"].split(", ")}) == (405, described)


@pytest.mark.parametrize(
    ("name", "form"),
    [("NewMessage", MessageForm), ("Edit", EditForm), ("Deletion", DeleteForm), ("Moderation", ModerationForm)],
)
def test_a_body_has_the_fields_of_its_form(name, form):
    assert {*SCHEMAS[name]["properties"]} == wire_names(form)
    needed = {form({}).add_prefix(field) for field, found in form.base_fields.items() if found.required}
    assert {*SCHEMAS[name].get("required", [])} == needed - {"from"}  # a policy may know it


def test_a_json_body_may_have_the_fields_of_a_message():
    assert {*FIELDS} == {*SCHEMAS["NewMessage"]["properties"]}


@pytest.mark.parametrize("name", ["NewMessage", "Edit", "Deletion"])
def test_the_fields_of_a_message_have_the_limits_of_the_code(name):
    limits_of = {
        "from": (1, MAX_NAME_LENGTH),
        "text": (1, MAX_TEXT_LENGTH),
        "key": (1, MAX_KEY_LENGTH),
        "tag": (0, MAX_TAG_LENGTH),
        "author_key": (MIN_AUTHOR_KEY_LENGTH, MAX_KEY_LENGTH),
    }
    found = properties(name)
    assert {field: lengths(schema) for field, schema in found.items()} == {field: limits_of[field] for field in found}


@pytest.mark.parametrize("operation_id", ["postMessage", "editMessage", "deleteMessage"])
def test_a_change_takes_the_headers_and_the_types_of_the_code(operation_id):
    assert names_of(operation_id, "header") == {*HEADERS}
    for header, field in HEADERS.items():
        assert lengths(parameter(operation_id, header)) == lengths(properties("NewMessage")[field])
    assert {*OPERATIONS[operation_id][2]["requestBody"]["content"]} == {*READERS}


@pytest.mark.parametrize("operation_id", ["listMessages", "headMessages"])
def test_the_list_takes_the_parameters_of_its_forms(operation_id):
    assert names_of(operation_id, "query") == {*PageForm.base_fields}
    assert names_of(operation_id, "header") == {*wire_names(AuthorForm), "If-None-Match", "If-Match"}
    limit = parameter(operation_id, "limit")
    assert (*span(limit), limit["default"]) == (1, MAX_PAGE_SIZE, PAGE_SIZE)
    for name in ("after", "before"):
        assert span(parameter(operation_id, name)) == (0, LARGEST_NUMBER)
        assert PageForm({name: str(LARGEST_NUMBER)}).is_valid()
        assert not PageForm({name: str(LARGEST_NUMBER + 1)}).is_valid()


@pytest.mark.parametrize("operation_id", ["listMessages", "postMessage", "openRoomStream"])
def test_a_rooms_name_has_the_limit_of_the_code(operation_id):
    assert lengths(parameter(operation_id, "room")) == (1, MAX_NAME_LENGTH)


def test_a_moderators_fields_have_the_limits_of_the_code():
    found = properties("Moderation")
    assert found["action"]["enum"] == [*ModerationForm.NEEDED]
    assert found["span"]["enum"] == [*ModerationForm.SPANS]
    assert (span(found["hours"]), span(found["seconds"])) == ((1, LONGEST_BAN_H), (0, SLOWEST_S))
    assert lengths(found["room"]) == (1, MAX_NAME_LENGTH)
    for action, needed in ModerationForm.NEEDED.items():
        said = re.search(f"`{action}` needs ([^,.]*)", found["action"]["description"])
        assert re.findall("`(.+?)`", said[1] if said else "") == needed
    assert {*OPERATIONS["moderate"][2]["requestBody"]["content"]} == {moderation.FORM}


def test_a_stream_has_as_many_channels_as_the_code_allows():
    channel = parameter("openStream", "channel")
    assert (channel["minItems"], channel["maxItems"]) == (1, MAX_CHANNELS)
    assert channel["items"]["maxLength"] == len("room-") + MAX_NAME_LENGTH


def test_the_limits_are_those_of_the_code():
    found = {one["name"]: (one["limit"], one.get("again")) for one in DOCUMENT["x-limits"]}
    rates = [limit for limit in vars(limits).values() if isinstance(limit, limits.Limit)]
    assert found.pop("address") == (4000, None)  # Pushpin's own, tests/live/test_bad_input.py
    assert found == {
        "body": (settings.DATA_UPLOAD_MAX_MEMORY_SIZE, None),
        "body time": (BODY_S, None),
        "body fields": (MAX_FIELDS, None),
        "page": (MAX_PAGE_BYTES, None),
        "changes": (AT_ONCE, None),
        "stream": (MAX_HEAD_BYTES - BROWSER_HEADERS_BYTES, None),
        "channels": (MAX_CHANNELS, None),
        "log": (KEPT // timedelta(hours=1), None),
        "keep-alive": (KEEP_ALIVE_S, None),
        **{limit.name: (limit.burst, limit.period_s) for limit in rates},
    }


@pytest.mark.parametrize("error", MESSAGE_ERRORS)
def test_each_error_of_the_domain_is_in_the_description(error):
    status, field = MESSAGE_ERRORS[error]
    assert field in fields_at(status)


def test_the_words_of_the_errors_are_those_of_the_code():
    written = "".join(
        text for path, text in sources().items() if path.split("/")[0] in ("web", "api", "streams", "policy")
    )
    words = {*re.findall(r'(?:refuse\(\s*\d+,|refuse_invalid\(|"field":)\s*"([\w-]+)"', written)}
    forms = {
        name
        for form in (MessageForm, EditForm, DeleteForm, AuthorForm, PageForm, ModerationForm)
        for name in wire_names(form)
    }
    domain = {field for _, field in MESSAGE_ERRORS.values()}
    rates = {limit.name for limit in vars(limits).values() if isinstance(limit, limits.Limit)} - {limits.STREAMS.name}
    ours = {word for _, _, found in refusals() for word in found}
    # In answers to other methods, to our own mistakes, to the proxy, and to a page's form.
    not_for_programs = {"method", "server", "Grip-Sig", "login"}
    assert ours == {*words, *forms, *HEADERS, *domain, *rates, "slow mode"} - not_for_programs


def test_a_refusal_for_speed_names_the_limits_of_writers():
    assert fields_at(429) == {limits.WRITES.name, limits.ROOMS.name, limits.WRONG_KEYS.name, "slow mode"}


def test_a_message_has_the_keys_in_the_description():
    now = timezone.now()
    sent = {"user": "ann", "text": "hello", "tag": "t", "author_hash": b"x" * 32, "staff": True}
    data = ChatMessage(id=1, date=now, edited=now, deleted=now, change=2, **sent).to_data()
    assert {*SCHEMAS["Message"]["properties"]} == {*data}
    plain = ChatMessage(id=1, date=now, user="ann", text="hello").to_data()
    assert {*SCHEMAS["Message"]["required"]} == {*plain}
    found = properties("Message")
    assert (found["text"]["maxLength"], lengths(found["from"])[1]) == (MAX_TEXT_LENGTH, MAX_NAME_LENGTH)


def test_the_events_are_those_that_the_code_sends():
    written = "".join(text for path, text in sources().items() if not path.startswith("doctor"))
    sent = {*re.findall(r'(?:send_event|redact_events)\([^,]+, "([a-z-]+)"', written)}
    sent |= {*re.findall(r'(?:event: |sse_encode_event\(")([a-z-]+)', (CHAT / "streams/sse.py").read_text())}
    stream = DOCUMENT["components"]["responses"]["Stream"]["content"]["text/event-stream"]
    assert {*stream["x-events"]} == {*sent, RECHECK}
    assert {*stream["x-events"]} == {name.removeprefix("event.") for name in SCHEMAS if name.startswith("event.")}
    for name, schema in stream["x-events"].items():
        assert schema["$ref"].endswith(f"/event.{name}")
    assert SCHEMAS["event.messages-deleted"]["properties"]["ids"]["maxItems"] == AT_ONCE
