"""Shapes that more than one package of the API shares."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Schema(BaseModel):
    """Base of the API's shapes: unknown input fields are refused, so that a typing error is never silent."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class AlertView(Schema):
    """What a supervisor should look at. `data` holds what is worth knowing, by kind of alert."""

    alert_id: UUID
    kind: str = Field(
        description="`contacts_unservable`, `contact_set_aside`, `node_lost`, `command_failed`, `recording_lost`, "
        "`low_score`, `dial_limit`, `calls_too_often`, `objects_unavailable`"
    )
    subject: str = Field(description="what it is about: at most one open alert of a kind has it")
    data: dict[str, Any]
    since: datetime
    cleared_at: datetime | None = Field(description="null while it is open")
