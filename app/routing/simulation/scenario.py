"""The shape of a scenario: who arrives, who works, by which rules, for how long. `checks.py` judges what fits together.

All times are seconds unless a field says hours. `switchboard simulate --schema` prints these models as JSON Schema;
docs/simulate.md explains them with examples.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

MOST_CONTACTS = 5_000_000  # of one replication; its records stay below about 2 GB
HOUR = 3600.0

MOST_AGENTS = 100_000  # of all pools together

Seconds = Annotated[float, Field(ge=0, le=1e9)]  # 30 years
Positive = Annotated[float, Field(ge=1e-6, le=1e9)]
Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Shape(BaseModel):
    """A part of a scenario: unknown fields, text for numbers, NaN and infinity are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class Constant(Shape):
    """Always the same."""

    kind: Literal["constant"]
    value: Seconds


class Exponential(Shape):
    """Memoryless, as the Erlang formulas assume."""

    kind: Literal["exponential"]
    mean: Positive


class Lognormal(Shape):
    """What handle times of real centres look like; `cv` is standard deviation / mean."""

    kind: Literal["lognormal"]
    mean: Positive
    cv: Annotated[float, Field(gt=0, le=100)]


class Empirical(Shape):
    """One of the measured values, each as likely as the others."""

    kind: Literal["empirical"]
    values: Annotated[list[Seconds], Field(min_length=1)]


class MeasuredInFile(Shape):
    """Like `empirical`, the values taken from a column of a CSV file with a header line."""

    kind: Literal["csv"]
    file: Name = Field(description="path, relative to the scenario's file")
    column: Name


Distribution = Annotated[
    Constant | Exponential | Lognormal | Empirical | MeasuredInFile, Field(discriminator="kind")
]


def _shape(value: object) -> str:
    """Which of two shapes was meant; so that a fault is told for that one alone."""
    return "short" if isinstance(value, int | float) else "long"


Rates = Annotated[
    Annotated[Seconds, Tag("short")] | Annotated[list[Seconds], Field(min_length=1), Tag("long")],
    Discriminator(_shape),
]


class Poisson(Shape):
    """Arrivals by chance at a given rate: one number, or a table of rates that follow each other."""

    kind: Literal["poisson"]
    per_hour: Rates = Field(
        description="contacts per hour; a list: one rate for each interval, the first begins at 0"
    )
    interval: Positive = Field(default=HOUR, description="length of one entry of the list, seconds")
    repeat: bool = Field(default=True, description="begin the list again after its end")

    @model_validator(mode="after")
    def _somebody_comes(self) -> Self:
        if not max(self.rates) > 0:
            raise ValueError("per_hour must be above 0 somewhere")
        return self

    @property
    def rates(self) -> list[float]:
        """Contacts per hour, interval by interval."""
        return self.per_hour if isinstance(self.per_hour, list) else [self.per_hour]

    @property
    def is_endless(self) -> bool:
        """Whether more contacts always follow."""
        return self.repeat or not isinstance(self.per_hour, list)


class Recorded(Shape):
    """Arrivals at given instants, in any order."""

    kind: Literal["recorded"]
    times: Annotated[list[Seconds], Field(min_length=1)]


class RecordedInFile(Shape):
    """Arrivals at the instants in a column of a CSV file with a header line.

    The column holds seconds, or ISO 8601 times of which the midnight before the earliest of the scenario is 0.
    """

    kind: Literal["csv"]
    file: Name = Field(description="path, relative to the scenario's file")
    column: Name
    where: dict[Name, str] = Field(default={}, description="only rows with these values in these columns")


Arrivals = Annotated[Poisson | Recorded | RecordedInFile, Field(discriminator="kind")]


class Step(Shape):
    """Whom a contact may go to for a while (rule R10)."""

    skills: dict[Name, float] = {}
    agents: list[Name] | None = None
    for_: Seconds | None = Field(default=None, alias="for", description="null: without end")


class LastAgent(Shape):
    """Some contacts have an agent who alone gets them at first (rule R11), drawn from those of the queue."""

    share: Share
    seconds: Seconds


class ContactClass(Shape):
    """One kind of contact."""

    name: Name
    arrivals: Arrivals
    handle_time: Distribution = Field(description="from connection to release")
    patience: Distribution | None = Field(
        default=None, description="gives up when it has waited so long; null: never"
    )
    queue: Name | None = Field(default=None, description="default: the name of the class")
    channel: Name = "voice"
    priority: Annotated[int, Field(ge=1, le=9)] = 5
    age_credit: float = 0
    ttl: Seconds | None = None
    steps: list[Step] = []
    last_agent: LastAgent | None = None

    @property
    def queue_name(self) -> str:
        """Where contacts of this class wait."""
        return self.name if self.queue is None else self.queue


class Service(Shape):
    """How an agent serves a queue."""

    rank: Annotated[int, Field(ge=0)]
    delay: Seconds = 0


Serving = Annotated[
    Annotated[int, Field(ge=0), Tag("short")] | Annotated[Service, Tag("long")], Discriminator(_shape)
]


class Pool(Shape):
    """Agents who are alike. Their ids are `<name>-001`, `<name>-002` and so on."""

    name: Name
    agents: Annotated[int, Field(ge=1, le=MOST_AGENTS)] | None = Field(
        default=None, description="how many; leave out when agents_by_hour is given"
    )
    agents_by_hour: (
        Annotated[list[Annotated[int, Field(ge=0, le=MOST_AGENTS)]], Field(min_length=1)] | None
    ) = Field(
        default=None, description="how many are on duty in each hour; the list begins again after its end"
    )
    queues: dict[Name, Serving] = Field(
        description="queue -> rank (1 first choice, larger = overflow, 0 personal) or {rank, delay}"
    )
    skills: dict[Name, float] = {}
    units: Positive = 1
    slots: dict[Name, Annotated[int, Field(ge=0)]] = {}
    exclusive: list[Name] = []

    @model_validator(mode="after")
    def _one_number_of_agents(self) -> Self:
        if (self.agents is None) == (self.agents_by_hour is None):
            raise ValueError("give either agents or agents_by_hour")
        if self.agents_by_hour is not None and max(self.agents_by_hour) == 0:
            raise ValueError("agents_by_hour must be above 0 somewhere")
        return self

    @property
    def size(self) -> int:
        """How many agents there are at most."""
        return self.agents if self.agents is not None else max(self.agents_by_hour or [0])

    @property
    def agent_ids(self) -> list[str]:
        """Their ids, in agent order."""
        return [f"{self.name}-{n:03}" for n in range(1, self.size + 1)]


class Answering(Shape):
    """How agents answer offers when calls are not connected by themselves."""

    ring_time: Distribution
    refused: Share = Field(default=0, description="share of offers an agent declines at the end of ring_time")
    unanswered: Share = Field(default=0, description="share of offers nobody reacts to")
    back_after: Positive = Field(
        default=60, description="a not responding agent is available again after this"
    )

    @model_validator(mode="after")
    def _somebody_answers(self) -> Self:
        if self.refused + self.unanswered > 0.9:
            raise ValueError("refused + unanswered must be 0.9 or less")
        return self


class Rules(Shape):
    """The engine's settings for the whole floor (docs/simulate.md says what each does)."""

    auto_accept: bool = True
    reservation_timeout: Positive | None = None
    wrapup: Seconds = Field(default=0, description="blocks an agent after each contact of channel voice")
    reject_delay: Seconds = Field(
        default=0, description="how long a contact avoids who declined it; 0: for ever"
    )
    max_waiting: Annotated[int, Field(ge=0)] | None = None
    channel_cost: dict[Name, Seconds] = {}


class WarmUp(Shape):
    """What comes first and is served but not counted."""

    contacts: Annotated[int, Field(ge=0)] | None = None
    hours: Seconds | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.contacts is None) == (self.hours is None):
            raise ValueError("give either contacts or hours")
        return self


class Reference(BaseModel):
    """What a metric should be. Bound: 4 * sigma1 / sqrt(counted contacts), and sim_ci95 where it was simulated."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False, frozen=True)

    value: float
    sigma1: Seconds
    kind: Literal["exact", "simulated"] = "exact"
    sim_ci95: Seconds = 0


class Scenario(Shape):
    """Everything a simulation needs."""

    name: Name
    title: str = ""
    classes: Annotated[list[ContactClass], Field(min_length=1, max_length=1000)]
    pools: Annotated[list[Pool], Field(min_length=1, max_length=10_000)]
    rules: Rules = Rules()
    answering: Answering | None = Field(default=None, description="needed when rules.auto_accept is false")
    target_seconds: Seconds = 20
    contacts: Annotated[int, Field(ge=1, le=MOST_CONTACTS)] | None = Field(
        default=None, description="stop after so many arrivals (of one replication)"
    )
    hours: Positive | None = Field(default=None, description="stop arrivals after so many hours")
    warm_up: WarmUp | None = Field(
        default=None,
        description="default: a sixth of `contacts`; nothing when it ends by `hours` or by recorded rows",
    )
    replications: Annotated[int, Field(ge=1, le=10_000)] = 1
    reference: dict[str, dict[str, Reference]] = {}
