"""The OpenAPI document: the REST endpoints, the problem document, and the messages of the sockets."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field, TypeAdapter

from app.console.schemas import ClientMessage, ServerMessage

TITLE = "Switchboard"
VERSION = "1"


class ProblemField(BaseModel):
    """One wrong field and what would be right."""

    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457 problem details. `code` is stable: switch on it; show `detail`."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[ProblemField] = Field(default_factory=list)


_REF = "#/components/schemas/{model}"


def _schemas_of(name: str, adapter: TypeAdapter[Any], mode: Any) -> dict[str, Any]:
    schema = adapter.json_schema(ref_template=_REF, mode=mode)
    found: dict[str, Any] = schema.pop("$defs", {})
    found[name] = schema
    return found


def install(app: FastAPI) -> None:
    """Make `app.openapi()` hold the socket's unions as `ServerMessage` and `ClientMessage`."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = original()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            for name, adapter, mode in (
                ("ServerMessage", TypeAdapter(ServerMessage), "serialization"),
                ("ClientMessage", TypeAdapter(ClientMessage), "validation"),
                ("Problem", TypeAdapter(Problem), "serialization"),
            ):
                for key, value in _schemas_of(name, adapter, mode).items():
                    schemas.setdefault(key, value)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
