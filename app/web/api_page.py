"""`/api/docs`: the OpenAPI document as one plain page to read. No script, no style, nothing from another host."""

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

DOCUMENT = "/api/v1/openapi.json"


def api_page_route(document: Callable[[], dict[str, Any]]) -> Route:
    """The route; `document` gives the OpenAPI document."""

    async def page(_: Request) -> Response:
        return HTMLResponse(render(document()))

    return Route("/api/docs", page)


def render(document: dict[str, Any]) -> str:
    """The page."""
    title = escape(f"{document['info']['title']} API")
    return "\n".join(
        [
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>',
            f'<p>For programs: <a href="{DOCUMENT}">{DOCUMENT}</a>. Errors are <code>Problem</code> documents.',
            "<h2>Operations</h2>",
            *_operations(document["paths"]),
            "<h2>Shapes</h2><p><code>ServerMessage</code> and <code>ClientMessage</code> travel on the socket.",
            *_shapes(document["components"]["schemas"]),
            "</html>",
        ]
    )


def _operations(paths: dict[str, Any]) -> Iterator[str]:
    for path, item in paths.items():
        for method, operation in item.items():
            yield f'<h3 id="{escape(operation["operationId"])}">{method.upper()} {escape(path)}</h3>'
            yield f"<p>{escape(operation.get('description', ''))}"
            yield "<ul>"
            for parameter in operation.get("parameters", []):
                yield _item(f"{parameter['name']} (in {parameter['in']})", parameter["schema"])
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield _item("body", content.get("schema", {}))
            for status, answer in operation["responses"].items():
                for content in answer.get("content", {"": {"schema": {}}}).values():
                    yield _item(f"{status} {answer['description']}", content.get("schema", {}))
            yield "</ul>"


def _shapes(schemas: dict[str, Any]) -> Iterator[str]:
    for name, schema in sorted(schemas.items()):
        yield f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{escape(schema.get("description", ""))}<ul>'
        for value in schema.get("enum", []):
            yield f"<li><code>{escape(str(value))}</code>"
        for choice in schema.get("oneOf", []):
            yield f"<li>{_kind(choice)}"
        for field, inner in schema.get("properties", {}).items():
            yield _item(field, inner)
        yield "</ul>"


def _item(name: str, schema: dict[str, Any]) -> str:
    meaning = schema.get("description", "")
    return f"<li><code>{escape(name)}</code> {_kind(schema)}{': ' + escape(meaning) if meaning else ''}"


def _kind(schema: dict[str, Any]) -> str:
    """A schema in a few words, as HTML."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[1])
        return f'<a href="#{name}">{name}</a>'
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_kind(choice) for choice in choices)
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    if "enum" in schema:
        return " or ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return escape(schema.get("format", schema.get("type", "")))
