"""The flow document: the JSON a supervisor edits and the interpreter walks, for voice and chat alike.

Loading checks shapes only, so that a half-done draft can be saved; `validation.validate` judges the meaning.
Nothing in it belongs to a carrier. Its nodes are in `nodes.py`.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field

from app.selfservice.locales import Locale
from app.selfservice.nodes import (
    AskingNode,
    EndNode,
    LookupNode,
    Node,
    NodeBase,
    NodeId,
    Part,
    PassingNode,
    Priority,
    Slug,
    Text,
)


class Route(Part):
    """Where a contact waits when nothing more precise is known."""

    queue: Slug
    priority: Priority = 5
    skills: tuple[Slug, ...] = ()


class Topic(Part):
    """What a contact may be about, and who handles it."""

    label: Text
    queue: Slug | None = None
    priority: Priority | None = None
    skills: tuple[Slug, ...] = ()


class TierRule(Part):
    """What a customer's tier changes: a better priority, or a queue of its own."""

    priority: Priority | None = None
    queue: Slug | None = None


class FlowDefinition(Part):
    """One version of one flow."""

    schema_version: Literal[1] = 1
    key: Slug
    version: int = Field(ge=1)
    name: Text
    company: Text
    locales: tuple[Locale, ...] = Field(min_length=1)
    default_locale: Locale
    start: NodeId
    human: NodeId = Field(description="the queue node that key 0 leads to")
    fallback: Route
    language_skills: dict[Locale, Slug] = Field(default_factory=dict)
    tiers: dict[str, TierRule] = Field(default_factory=dict)
    topics: dict[Slug, Topic] = Field(default_factory=dict)
    history_days: int = Field(
        default=0,
        ge=0,
        le=30,
        description="a contact without a topic gets that of one within so many days; 0: never",
    )
    nodes: tuple[Node, ...] = Field(max_length=500)

    @cached_property
    def by_id(self) -> dict[str, AskingNode | PassingNode | EndNode]:
        """Nodes by id; of two with the same id the first counts."""
        found: dict[str, AskingNode | PassingNode | EndNode] = {}
        for node in self.nodes:
            found.setdefault(node.id, node)
        return found

    @cached_property
    def kinds(self) -> frozenset[type[NodeBase]]:
        """The kinds of node there are."""
        return frozenset(type(node) for node in self.nodes)

    def has(self, kind: type[NodeBase]) -> bool:
        """Whether there is a node of this kind."""
        return kind in self.kinds

    @cached_property
    def looks_up_orders(self) -> bool:
        """Whether the customer's orders are needed."""
        return any(isinstance(node, LookupNode) and node.what == "order" for node in self.nodes)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A changed copy; what was worked out from the old nodes is not carried over."""
        copied = super().model_copy(update=update, deep=deep)
        for name in ("by_id", "kinds", "looks_up_orders"):
            copied.__dict__.pop(name, None)
        return copied

    def words(self, text: Text, locale: Locale) -> str:
        """The text in `locale`, else in the flow's default language, else in any."""
        return text.get(locale) or text.get(self.default_locale) or next(iter(text.values()), "")

    def topic_label(self, topic: str | None) -> str | None:
        """A topic as the flow's author calls it; an unknown topic is its own label."""
        known = self.topics.get(topic) if topic else None
        return self.words(known.label, self.default_locale) if known else topic

    @classmethod
    def load(cls, document: str | bytes) -> Self:
        """Read a flow document. Raises `pydantic.ValidationError` naming each wrong field."""
        return cls.model_validate_json(document)
