"""Shapes of the endpoint that dials out."""

from uuid import UUID

from pydantic import Field, model_validator

from app.core.schemas import Schema


class NewDial(Schema):
    """Whom to call: exactly one of `number`, `contact_id` and `customer_id`."""

    task_id: UUID = Field(description="made by the client; the same again is the same call, not a second one")
    number: str | None = Field(default=None, max_length=64, description="as people write it")
    contact_id: UUID | None = Field(
        default=None, description="the customer of this contact, at the number it had"
    )
    customer_id: UUID | None = Field(default=None, description="this customer, at the first number known")
    queue_id: UUID | None = Field(
        default=None,
        description="on whose behalf: its number is shown, its wrap-up rules; null: the agent's first",
    )

    @model_validator(mode="after")
    def _one(self) -> "NewDial":
        given = [value for value in (self.number, self.contact_id, self.customer_id) if value is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of number, contact_id and customer_id")
        return self


class DialTask(Schema):
    """A call that begins: the agent's own phone rings first."""

    task_id: UUID
    contact_id: UUID
    number: str
