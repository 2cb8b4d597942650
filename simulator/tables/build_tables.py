"""Writes the compact tables the REST side validates against, from Twilio's OpenAPI document.

Usage: python -m simulator.tables.build_tables OPENAPI.json [REDUCED.json]
The second path, if given, gets the document cut down to the operations used (for the tests).
"""

import json
import sys
from pathlib import Path
from typing import Any

ACCOUNT = "/2010-04-01/Accounts/{Sid}.json"
PREFIX = "/2010-04-01/Accounts/{AccountSid}"
BELOW_ACCOUNT = [
    "/Keys/{Sid}.json",
    "/Calls.json",
    "/Calls/{Sid}.json",
    "/Calls/{CallSid}/Recordings.json",
    "/Calls/{CallSid}/Recordings/{Sid}.json",
    "/Recordings.json",
    "/Recordings/{Sid}.json",
    "/IncomingPhoneNumbers.json",
    "/IncomingPhoneNumbers/{Sid}.json",
    "/Applications.json",
    "/Applications/{Sid}.json",
    "/Conferences/{ConferenceSid}/Recordings.json",
    "/Conferences/{ConferenceSid}/Recordings/{Sid}.json",
    "/Conferences.json",
    "/Conferences/{Sid}.json",
    "/Conferences/{ConferenceSid}/Participants.json",
    "/Conferences/{ConferenceSid}/Participants/{CallSid}.json",
    "/Queues.json",
    "/Queues/{Sid}.json",
    "/Queues/{QueueSid}/Members.json",
    "/Queues/{QueueSid}/Members/{CallSid}.json",
    "/Messages.json",
    "/Messages/{Sid}.json",
    "/Messages/{MessageSid}/Media.json",
]
PATHS = [ACCOUNT, *(PREFIX + path for path in BELOW_ACCOUNT)]
METHODS = ("get", "post", "delete")
# Buying and giving up numbers, making applications, redacting messages, changing the account: no part of the network.
LEFT_OUT = frozenset(
    {
        "CreateIncomingPhoneNumber", "DeleteIncomingPhoneNumber", "CreateApplication", "DeleteApplication",
        "UpdateMessage", "DeleteMessage", "UpdateAccount", "UpdateKey", "DeleteKey",
    }
)  # fmt: skip
FORM = "application/x-www-form-urlencoded"
RULE_KEYS = ("type", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "format")
OUTPUT = Path(__file__).parent / "operations.json"


def build_tables(document: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per operation: id, method, path, parameter rules, form field rules, required fields."""
    rows: list[dict[str, Any]] = []
    for path in PATHS:
        item = document["paths"][path]
        served = [m for m in METHODS if m in item and item[m]["operationId"] not in LEFT_OUT]
        rows.extend(_row(document, path, m, item[m]) for m in served)
    return rows


def _row(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    schema = operation.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
    parameters = operation.get("parameters", [])
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "path_params": {p["name"]: _rule(document, p["schema"]) for p in parameters if p["in"] == "path"},
        "query": {p["name"]: _rule(document, p["schema"]) for p in parameters if p["in"] == "query"},
        "form": {name: _rule(document, rule) for name, rule in schema.get("properties", {}).items()},
        "required": schema.get("required", []),
    }


def _rule(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    rule = {key: schema[key] for key in RULE_KEYS if key in schema}
    if schema.get("type") == "array":
        rule["items"] = _rule(document, schema["items"])
    return rule


def reduce_document(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the used paths only, and the components they reach; still a valid document."""
    paths = {path: _without_prose(document["paths"][path]) for path in PATHS}
    schemas: dict[str, Any] = {}
    _collect(document, paths, schemas)
    components = {"securitySchemes": document["components"]["securitySchemes"], "schemas": schemas}
    kept = {key: document[key] for key in ("openapi", "info", "servers", "security")}
    return {**kept, "paths": paths, "components": components}


def _without_prose(value: Any) -> Any:
    if isinstance(value, dict):
        dropped = {"examples", "x-twilio", "tags"}
        return {
            key: _without_prose(item)
            for key, item in value.items()
            if key not in dropped
            and not (key == "description" and isinstance(item, str) and "content" not in value)
        } | ({"description": ""} if _is_response(value) else {})
    return [_without_prose(item) for item in value] if isinstance(value, list) else value


def _is_response(value: dict[str, Any]) -> bool:
    return "description" in value and ("content" in value or set(value) <= {"description", "headers"})


def _collect(document: dict[str, Any], value: Any, schemas: dict[str, Any]) -> None:
    if isinstance(value, dict):
        name = str(value.get("$ref", "")).rpartition("/")[2]
        if name and name not in schemas:
            schemas[name] = _without_prose(document["components"]["schemas"][name])
            _collect(document, schemas[name], schemas)
        for item in value.values():
            _collect(document, item, schemas)
    elif isinstance(value, list):
        for item in value:
            _collect(document, item, schemas)


def main(arguments: list[str]) -> None:
    """Write operations.json, and the reduced document when a second path is given."""
    document = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    OUTPUT.write_text(json.dumps(build_tables(document), indent=1) + "\n", encoding="utf-8")
    if len(arguments) > 1:
        text = json.dumps(reduce_document(document), separators=(",", ":"))
        Path(arguments[1]).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
