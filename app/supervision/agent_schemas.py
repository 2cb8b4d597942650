"""Shapes about agents, for those who lead them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.agents.presence import Activity, Presence
from app.core.schemas import Schema


class AgentSkill(Schema):
    """What an agent can do, and how well."""

    skill: str = Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9_.:-]*$")
    level: int = Field(ge=1, le=5)


class AgentQueue(Schema):
    """A queue an agent serves."""

    queue_id: UUID
    rank: int = Field(
        default=1, ge=0, le=99, description="0 before everything, 1 first choice, larger: overflow"
    )
    delay_seconds: int = Field(
        default=0,
        ge=0,
        le=86_400,
        description="how long a contact must have waited before this agent is asked",
    )


class AgentView(Schema):
    """An agent at work or not: what they chose, what work does to them, and what they can do."""

    agent_id: UUID
    login: str
    display_name: str
    role: Literal["agent", "supervisor", "admin"]
    team_id: UUID | None
    is_enabled: bool
    is_connected: bool
    presence: Presence
    presence_reason: str | None
    presence_since: datetime
    activity: Activity
    activity_since: datetime
    used_units: int
    units: int
    contacts: list[UUID] = Field(description="contacts that ring or are in hand")
    wrap_up_until: datetime | None
    skills: list[AgentSkill]
    queues: list[AgentQueue]


class AgentPage(Schema):
    """Agents in order of their number; `next_after` continues the list, null at its end."""

    agents: list[AgentView]
    next_after: int | None


class NewPresence(Schema):
    """The presence a supervisor gives to an agent."""

    presence: Presence
    reason: Literal["break", "lunch", "meeting", "training"] | None = None


class AgentSkills(Schema):
    """All skills of an agent; what is not listed is taken away."""

    skills: list[AgentSkill] = Field(max_length=200)


class AgentQueues(Schema):
    """All queues of an agent; what is not listed is taken away."""

    queues: list[AgentQueue] = Field(max_length=200)


class SkillInUse(Schema):
    """A skill with how many agents have it and how many waiting contacts ask for it."""

    skill: str
    labels: dict[str, str]
    agents: int
    agents_by_level: dict[int, int]
    waiting: int


class SkillLabels(Schema):
    """What a skill is called, by locale."""

    labels: dict[Literal["en", "zh-Hant", "zh-Hans"], str]


class LoggedOut(Schema):
    """How many sessions were closed."""

    agent: AgentView
    sessions: int
