"""Finds what is wrong with a flow before it is published: each finding names the node and the way out.

An error blocks publishing; a warning does not. The interpreter survives every flow, also one with errors.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from app.selfservice.definition import FlowDefinition
from app.selfservice.graph import dead_ends, edges, open_ways, reachable, silent_circles
from app.selfservice.nodes import (
    AskingNode,
    BranchNode,
    LanguageNode,
    LeavingNode,
    LookupNode,
    MenuNode,
    NumberNode,
    QueueNode,
    RequestNode,
    SetNode,
)
from app.selfservice.prompts import variables
from app.selfservice.speech import fold
from app.selfservice.texts import REQUEST_VALUES, RESERVED, all_texts
from app.selfservice.values import names


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: a stable code for the interface, where it is, what it is, and how to mend it."""

    code: str
    severity: Severity
    node: str | None
    field: str
    message: str
    way_out: str


def validate(
    flow: FlowDefinition, *, queues: Collection[str] | None = None, skills: Collection[str] | None = None
) -> list[Finding]:
    """Everything wrong with the flow, errors first. `queues`, `skills`: the keys that exist, None for any."""
    found = [
        *_ids(flow),
        *_targets(flow),
        *_ways(flow),
        *_menus(flow),
        *_texts(flow),
        *_topics(flow),
        *_values(flow),
        *_requests(flow),
        *_keys_known(flow, queues, skills),
    ]
    return sorted(found, key=lambda finding: finding.severity is Severity.WARNING)


def _error(code: str, node: str | None, field: str, message: str, way_out: str) -> Finding:
    return Finding(code, Severity.ERROR, node, field, message, way_out)


def _warning(code: str, node: str | None, field: str, message: str, way_out: str) -> Finding:
    return Finding(code, Severity.WARNING, node, field, message, way_out)


def _ids(flow: FlowDefinition) -> Iterator[Finding]:
    seen: set[str] = set()
    for node in flow.nodes:
        if node.id in seen:
            text = f"two nodes have the id '{node.id}'"
            yield _error(
                "duplicate_node", node.id, "id", text, "rename one of them and the links meant for it"
            )
        seen.add(node.id)
    if flow.default_locale not in flow.locales:
        text = f"the default language {flow.default_locale} is not among the flow's languages"
        yield _error("default_locale_missing", None, "default_locale", text, "add it to the languages")


def _targets(flow: FlowDefinition) -> Iterator[Finding]:
    for field, target in (("start", flow.start), ("human", flow.human)):
        if target not in flow.by_id:
            text = f"'{field}' leads to '{target}', which does not exist"
            yield _error("unknown_target", None, field, text, "choose an existing node")
    human = flow.by_id.get(flow.human)
    if human is not None and not isinstance(human, QueueNode):
        text = f"key 0 leads to '{human.id}', which is no queue"
        yield _error("human_is_no_queue", human.id, "human", text, "let key 0 lead to a queue node")
    for node in flow.nodes:
        for field, target in edges(node):
            if target not in flow.by_id:
                text = f"'{field}' of '{node.id}' leads to '{target}', which does not exist"
                yield _error("unknown_target", node.id, field, text, "choose an existing node or add it")
        for field in open_ways(node):
            text = f"'{field}' of '{node.id}' leads nowhere yet"
            yield _error("missing_target", node.id, field, text, "choose the node it leads to")


def _ways(flow: FlowDefinition) -> Iterator[Finding]:
    reached = reachable(flow)
    for node in flow.nodes:
        if node.id not in reached:
            text = f"no way leads to '{node.id}'"
            yield _warning("unreachable_node", node.id, "id", text, "link it from another node or delete it")
    for node_id in dead_ends(flow):
        text = f"from '{node_id}' no way leads to a queue or an end"
        yield _error("no_exit", node_id, "next", text, "link it to a queue, a close or a hang-up node")
    for node_id in silent_circles(flow):
        text = f"'{node_id}' leads back to itself without asking anything"
        yield _error(
            "circle_without_question", node_id, "next", text, "put a menu or a question into the circle"
        )


def _menus(flow: FlowDefinition) -> Iterator[Finding]:
    for node in flow.nodes:
        if not isinstance(node, AskingNode):
            continue
        if node.otherwise is None:
            code = (
                "menu_without_default_queue" if isinstance(node, MenuNode) else "step_without_default_queue"
            )
            text = f"'{node.id}' does not say where a caller goes who cannot answer"
            yield _error(code, node.id, "otherwise", text, "set 'otherwise' to a queue node")
        elif not isinstance(flow.by_id.get(node.otherwise), QueueNode | None):
            text = f"a caller who cannot answer at '{node.id}' goes to '{node.otherwise}', which is no queue"
            yield _error("default_is_no_queue", node.id, "otherwise", text, "set 'otherwise' to a queue node")
        if isinstance(node, MenuNode | LanguageNode):
            yield from _options(flow, node)


def _options(flow: FlowDefinition, node: MenuNode | LanguageNode) -> Iterator[Finding]:
    if not node.options:
        text = f"'{node.id}' offers no choices"
        yield _error("menu_without_options", node.id, "options", text, "add a choice or use a say node")
    for key in _twice(option.key for option in node.options):
        text = f"key {key} stands for two choices of '{node.id}'"
        yield _error("duplicate_key", node.id, "options", text, "give each choice its own key")
    if isinstance(node, LanguageNode):
        for offered in node.options:
            if offered.locale not in flow.locales:
                text = f"'{node.id}' offers {offered.locale}, which the flow does not speak"
                yield _error("unknown_locale", node.id, "options", text, "add the language to the flow")
        return
    for locale in flow.locales:
        words = [{fold(word) for word in option.words.get(locale, ())} for option in node.options]
        for word in _twice(word for said in words for word in said):
            text = f"'{word}' ({locale}) stands for two choices of '{node.id}'"
            yield _warning("duplicate_word", node.id, "options", text, "keep the word at one choice")
        for option, said in zip(node.options, words, strict=True):
            if not said:
                text = f"choice {option.key} of '{node.id}' has no spoken words in {locale}"
                yield _warning(
                    "choice_without_words", node.id, "options", text, "add words callers would say"
                )


def _twice(values: Iterable[str]) -> list[str]:
    return sorted(value for value, count in Counter(values).items() if count > 1)


def _texts(flow: FlowDefinition) -> Iterator[Finding]:
    for node_id, field, text, allowed in all_texts(flow):
        for locale in flow.locales:
            if not text.get(locale, "").strip():
                what = f"'{field}' of '{node_id or 'the flow'}' has no text in {locale}"
                yield _error("missing_prompt", node_id, field, what, f"write the {locale} text")
        for locale, words in text.items():
            for name in sorted(variables(words) - allowed):
                what = f"'{field}' of '{node_id or 'the flow'}' uses {{{name}}} in {locale}: no such value"
                way_out = f"use one of {', '.join(sorted(allowed)) or 'no variables'}"
                yield _error("unknown_variable", node_id, field, what, way_out)


def _topics(flow: FlowDefinition) -> Iterator[Finding]:
    for node in flow.nodes:
        parts = (node,) if isinstance(node, SetNode | LeavingNode) else ()
        options = node.options if isinstance(node, MenuNode) else ()
        for part in (*parts, *options):
            if part.topic is not None and part.topic not in flow.topics:
                text = f"'{node.id}' sets the topic '{part.topic}', which the flow does not list"
                yield _error("unknown_topic", node.id, "topic", text, "add the topic or choose another")


def _keys_known(
    flow: FlowDefinition, queues: Collection[str] | None, skills: Collection[str] | None
) -> Iterator[Finding]:
    for node_id, field, queue, wanted in _all_routes(flow):
        where = f"'{node_id}'" if node_id else "the flow"
        if queue is not None and queues is not None and queue not in queues:
            text = f"{where} uses the queue '{queue}', which does not exist"
            yield _error("unknown_queue", node_id, field, text, "create the queue or choose another")
        for skill in wanted:
            if skills is not None and skill not in skills:
                text = f"{where} asks for the skill '{skill}', which does not exist"
                yield _error("unknown_skill", node_id, field, text, "create the skill or choose another")


def _all_routes(flow: FlowDefinition) -> Iterator[tuple[str | None, str, str | None, tuple[str, ...]]]:
    """Every place that names a queue or skills."""
    yield None, "fallback", flow.fallback.queue, flow.fallback.skills
    yield None, "language_skills", None, tuple(flow.language_skills.values())
    for key, topic in flow.topics.items():
        yield None, f"topics.{key}", topic.queue, topic.skills
    for key, tier in flow.tiers.items():
        yield None, f"tiers.{key}", tier.queue, ()
    for node in flow.nodes:
        if isinstance(node, LeavingNode | SetNode):
            yield node.id, "queue", node.queue, node.skills
        elif isinstance(node, MenuNode):
            yield from ((node.id, f"options.{o.key}", o.queue, o.skills) for o in node.options)


def _values(flow: FlowDefinition) -> Iterator[Finding]:
    """Branches and look-ups go by values that some node sets."""
    known = names(flow)
    for node in flow.nodes:
        if isinstance(node, BranchNode | LookupNode) and node.value is not None and node.value not in known:
            text = f"'{node.id}' goes by the value '{node.value}', which no node sets"
            yield _error(
                "unknown_value", node.id, "value", text, "collect it before, or choose another value"
            )
        if isinstance(node, NumberNode) and node.min_digits > node.max_digits:
            text = f"'{node.id}' asks for at least {node.min_digits} digits and at most {node.max_digits}"
            yield _error(
                "no_number_fits", node.id, "max_digits", text, "let the most be no less than the least"
            )
        if isinstance(node, NumberNode) and node.value in RESERVED:
            text = f"'{node.id}' keeps its number as '{node.value}', which means something else already"
            yield _error("reserved_value", node.id, "value", text, "choose another name")


def _requests(flow: FlowDefinition) -> Iterator[Finding]:
    for node in flow.nodes:
        if not isinstance(node, RequestNode):
            continue
        try:
            parts = urlsplit(node.url)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc:
            text = f"'{node.id}' asks '{node.url}', which is no address of a web service"
            yield _error("wrong_address", node.id, "url", text, "write https://, a host and a path")
        elif variables(f"{parts.scheme}{parts.netloc}"):
            text = f"the host of '{node.url}' in '{node.id}' would be made of values"
            yield _error("wrong_address", node.id, "url", text, "use values in the path and the query only")
        elif parts.scheme == "http":
            text = f"'{node.id}' asks '{node.url}' without encryption"
            yield _warning(
                "not_encrypted", node.id, "url", text, "use https, unless it stays within your network"
            )
        known = names(flow) | REQUEST_VALUES
        texts = {"url": node.url, **{f"body.{name}": text for name, text in node.body.items()}}
        for field, used in texts.items():
            for name in sorted(variables(used) - known):
                text = f"'{field}' of '{node.id}' uses {{{name}}}, which no node sets"
                yield _error("unknown_variable", node.id, field, text, "collect it before, or take it out")
