"""A running chat behind Pushpin does what chat/api/openapi.yaml says. Schemathesis makes the requests."""

from copy import deepcopy

import requests
import schemathesis
from schemathesis.checks import CHECKS, load_all_checks

from chat.api.description_parts import document, resolve

load_all_checks()
NAMES = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]
CONFIG = {
    "seed": 1114,
    "max-stream-events": 1,  # a stream never ends by itself, but its first event comes at once
    "request-timeout": 10,
    "generation": {"deterministic": True, "max-examples": 10, "no-shrink": True},
    "phases": {"coverage": {"unexpected-methods": []}},  # tests/api/test_description.py tries the other methods
    "operations": [{"include-method": "HEAD", "phases": {"coverage": {"enabled": False}}}],  # GET has tried each case
}
SCHEMA = schemathesis.openapi.from_dict(deepcopy(document()), config=schemathesis.Config.from_dict(CONFIG))
SESSION = requests.Session()


def each_error_has_a_word_of_the_description(ctx, response, case):
    """Check the words that are `field`: Schemathesis does not know x-fields."""
    described = document()["paths"][case.operation.path][case.method.lower()]["responses"]
    known = resolve(described.get(str(response.status_code), {})).get("x-fields")
    if known is not None:
        assert {error["field"] for error in response.json()["errors"]} <= {*known}


def test_the_description_is_valid_openapi():
    SCHEMA.validate()


@SCHEMA.parametrize()
def test_the_chat_answers_as_the_description_says(case, chat):
    checks = [*CHECKS.get_by_names(NAMES), each_error_has_a_word_of_the_description]
    case.call_and_validate(base_url=chat.url.rstrip("/"), session=SESSION, checks=checks)
