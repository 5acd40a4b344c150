"""What the page at /-/api/ shows of openapi.yaml: the parts that its template loops over."""

from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("openapi.yaml")
METHODS = ("get", "head", "post", "patch", "delete")
EVENT = "event."  # begins the names of the schemas that describe events

Part = dict[str, Any]


@cache
def source() -> str:
    return FILE.read_text()


@cache
def document() -> Part:
    """Return the parsed description. Only who asks for it needs PyYAML, and the time that it takes."""
    import yaml

    parsed: Part = yaml.load(source(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return parsed


@cache
def parts() -> Part:
    """Return the info, the limits, the groups of operations, the events and the schemas."""
    found, schemas = document(), document()["components"]["schemas"]
    return {
        "info": found["info"],
        "limits": found["x-limits"],
        "groups": [{**tag, "operations": _operations(tag["name"])} for tag in found["tags"]],
        "events": [
            _schema(name.removeprefix(EVENT), schema) for name, schema in schemas.items() if name.startswith(EVENT)
        ],
        "schemas": [_schema(name, schema) for name, schema in schemas.items() if not name.startswith(EVENT)],
        "security": [{**one, "name": name} for name, one in found["components"]["securitySchemes"].items()],
    }


def resolve(part: Part) -> Part:
    """Return the part; if it has a $ref, what that names, where the part's other keys replace those that are there."""
    if "$ref" not in part:
        return part
    found: Any = document()
    for key in part["$ref"].removeprefix("#/").split("/"):
        found = found[key]
    return {**resolve(found), **{key: value for key, value in part.items() if key != "$ref"}}


def name_of(part: Part) -> str:
    """Return the name of what a $ref names, "" for a part without one."""
    return str(part.get("$ref", "")).rpartition("/")[2]


def operations() -> list[tuple[str, str, Part, Part]]:
    """Return (path, method, operation, the path's item) for each operation."""
    return [
        (path, method, item[method], item)
        for path, item in document()["paths"].items()
        for method in METHODS
        if method in item
    ]


def parameters(operation: Part, item: Part) -> list[Part]:
    return [resolve(one) for one in [*item.get("parameters", []), *operation.get("parameters", [])]]


def _operations(tag: str) -> list[Part]:
    """Return the operations of a group, without HEAD: the page says at GET that there is one."""
    return [
        _operation(path, method, operation, item)
        for path, method, operation, item in operations()
        if tag in operation["tags"] and method != "head"
    ]


def _operation(path: str, method: str, operation: Part, item: Part) -> Part:
    contents = operation.get("requestBody", {}).get("content", {})
    schemas = [one["schema"] for one in contents.values()]
    return {
        "id": operation["operationId"],
        "methods": [method.upper(), *(["HEAD"] if method == "get" and "head" in item else [])],
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "parameters": [{**one, "kind": kind_of(one["schema"])} for one in parameters(operation, item)],
        "types": list(contents),
        "body": _schema(name_of(schemas[0]), schemas[0]) if schemas else None,
        "responses": [_response(status, one) for status, one in operation["responses"].items()],
        "curl": operation["x-codeSamples"][0]["source"],
    }


def _response(status: str, part: Part) -> Part:
    found = resolve(part)
    contents = found.get("content", {})
    return {
        "status": status,
        "summary": found["x-summary"],
        "description": found["description"],
        "fields": found.get("x-fields", []),
        "headers": [name for name in found.get("headers", {}) if name != "Chat-Version"],
        "types": list(contents),
        "schema": next((name_of(one["schema"]) for one in contents.values() if "schema" in one), ""),
    }


def _schema(name: str, part: Part) -> Part:
    found = resolve(part)
    others = [name_of(one) for one in [part, *found.get("allOf", [])] if name_of(one) not in ("", name)]
    return {
        "name": name,
        "description": found.get("description", ""),
        "kind": kind_of(found),
        "others": others,  # it has their fields too
        "fields": [] if name_of(part) in others else _fields(found),
    }


def _fields(schema: Part) -> list[Part]:
    nested = [field for one in schema.get("allOf", []) if "$ref" not in one for field in _fields(one)]
    required = schema.get("required", [])
    return nested + [
        {
            "name": name,
            "required": name in required,
            "kind": kind_of(field),
            "schema": name_of(field) or name_of(field.get("items", {})),
            "description": resolve(field).get("description", ""),
        }
        for name, field in schema.get("properties", {}).items()
    ]


def kind_of(part: Part) -> str:
    """Return in a few words what values the schema allows: `1 to 64 characters`, `integer, 1 to 200`."""
    schema = resolve(part)
    if "enum" in schema:
        return ", ".join(schema["enum"])
    if "const" in schema:
        return str(schema["const"]).lower()
    kind = schema.get("type", "object")
    words = [" or ".join(kind) if isinstance(kind, list) else kind]
    if kind == "array":
        words.append(f"of {kind_of(schema['items'])}")
    least, most = (schema.get("minLength"), schema.get("maxLength")), (schema.get("minimum"), schema.get("maximum"))
    return ", ".join([" ".join(words), *filter(None, [_span(*least, " characters"), _span(*most, "")])])


def _span(least: int | None, most: int | None, unit: str) -> str:
    if most is None:
        return "" if least is None else f"at least {least}{unit}"
    if least == most:
        return f"{most}{unit}"
    return f"up to {most}{unit}" if least is None else f"{least} to {most}{unit}"
