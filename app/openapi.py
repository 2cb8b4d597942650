"""The OpenAPI document: the REST endpoints, how each may fail, and the messages of the sockets."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field, TypeAdapter

from app.channels.chat.socket_schemas import VisitorClientMessage, VisitorServerMessage
from app.console.socket_schemas import ClientMessage, ServerMessage
from app.core.errors import (
    AppError,
    BodyTooLarge,
    InvalidInput,
    NotSignedIn,
    PermissionDenied,
    Unavailable,
)
from app.core.http import problem_responses

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


_ALWAYS_POSSIBLE: tuple[type[AppError], ...] = (NotSignedIn, PermissionDenied, AppError, Unavailable)


def _describe_failures(document: dict[str, Any]) -> None:
    """Every operation may fail in the ways of the plumbing around it, and always with a problem document."""
    everywhere = problem_responses(*_ALWAYS_POSSIBLE)
    for item in document["paths"].values():
        for operation in item.values():
            answers = operation["responses"]
            for status, answer in everywhere.items():
                answers.setdefault(str(status), answer)
            if "422" in answers:  # the framework describes its own form, which is never sent
                answers["422"] = problem_responses(InvalidInput)[422]
            if "requestBody" in operation:
                answers.setdefault("413", problem_responses(BodyTooLarge)[413])
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)


def install(app: FastAPI) -> None:
    """Make `app.openapi()` hold the unions of the sockets (`ServerMessage`, `ClientMessage` of the agent's,
    `VisitorServerMessage`, `VisitorClientMessage` of the visitor's), and every failure."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = original()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            for name, adapter, mode in (
                ("ServerMessage", TypeAdapter(ServerMessage), "serialization"),
                ("ClientMessage", TypeAdapter(ClientMessage), "validation"),
                ("VisitorServerMessage", TypeAdapter(VisitorServerMessage), "serialization"),
                ("VisitorClientMessage", TypeAdapter(VisitorClientMessage), "validation"),
                ("Problem", TypeAdapter(Problem), "serialization"),
            ):
                for key, value in _schemas_of(name, adapter, mode).items():
                    schemas.setdefault(key, value)
            _describe_failures(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
