"""Walks a flow from a node to the next thing to do: a question, a search, a queue or the end.

A walk always ends: passing nodes are counted, and whoever goes in circles is put through to a human.
"""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from app.selfservice.collecting import collect, paced, variables, worded
from app.selfservice.definition import FlowDefinition
from app.selfservice.handing_over import enqueue
from app.selfservice.locales import Locale
from app.selfservice.nodes import (
    AnswerNode,
    AskingNode,
    AskNode,
    BranchNode,
    CallbackNode,
    ChooseNode,
    CloseNode,
    ConfirmNode,
    EndNode,
    GreetingNode,
    HangupNode,
    HoursNode,
    LanguageNode,
    LeavingNode,
    LookupNode,
    MenuNode,
    MenuOption,
    MessageNode,
    NumberNode,
    PassingNode,
    QueueNode,
    RequestNode,
    SayNode,
    SetNode,
    Text,
    VoicemailNode,
)
from app.selfservice.prompts import fill, message
from app.selfservice.spoken import day_part, speakable_name
from app.selfservice.state import (
    MAX_PATH,
    FoundArticle,
    Outcome,
    PathEntry,
    PathKind,
    State,
    Status,
    TopicSource,
    UnsolvedReason,
)
from app.selfservice.turns import Action, Close, Prompt, Request, Turn
from app.selfservice.values import branch, filled_body, filled_url, look_up

HISTORY_CONFIDENCE = 0.4  # of a topic that is only the last contact's
MAX_HOPS = 60  # nodes passed without asking anything; no sensible flow has as many


class Walk:
    """One turn in the making: the state so far, what will be said, what will be logged."""

    def __init__(self, flow: FlowDefinition, state: State, now: datetime) -> None:
        self.flow = flow
        self.state = state
        self._now = now
        self._prompts: list[Prompt] = []
        self._log: list[PathEntry] = []
        self._texts: list[str] = []

    def say(self, text: str, *, locale: Locale | None = None, interruptible: bool = True) -> None:
        """Speak `text` before whatever comes next."""
        if text.strip():
            self._prompts.append(Prompt(text, locale or self.state.locale, interruptible))

    def note(
        self,
        kind: PathKind,
        text: str,
        *,
        detail: str | None = None,
        choice: str | None = None,
        article_id: str | None = None,
    ) -> None:
        """Log one step of the caller's path."""
        entry = PathEntry(self._now, kind, text, detail, self.state.node or None, choice, article_id)
        self._log.append(entry)
        if len(self.state.path) < MAX_PATH:
            self.state = replace(self.state, path=(*self.state.path, entry))

    def turn(self, action: Action) -> Turn:
        """The finished turn."""
        return Turn(self.state, action, tuple(self._log), tuple(self._texts))

    def forget_prompts(self) -> None:
        """Drop what would have been said."""
        self._prompts.clear()

    def go(self, target: str | None) -> Turn:
        """Walk from `target` until something must be done. An unknown target leads to a human."""
        for _ in range(MAX_HOPS):
            node = self.flow.by_id.get(target) if target else None
            if node is None:
                break
            self.state = replace(self.state, node=node.id, status=Status.ASKING)
            step = self._enter(node)
            if isinstance(step, Turn):
                return step
            target = step
        return self._fall_back()

    def to_human(self, reason: UnsolvedReason) -> Turn:
        """Put the contact through to a human because of `reason`, wherever it stands."""
        self.state = replace(self.state, reason=reason)
        return self.go(self.flow.human)

    def default_queue(self, node: AskingNode, reason: UnsolvedReason) -> Turn:
        """Give up asking at `node`: its own way out, else the flow's human."""
        self.state = replace(self.state, reason=reason)
        return self.go(node.otherwise if node.otherwise in self.flow.by_id else self.flow.human)

    def present(self, node: AskingNode) -> Turn:
        """Ask the question of `node`."""
        self.state = replace(self.state, node=node.id, status=Status.ASKING)
        return self.turn(collect(self.flow, self.state, node, self._prompts))

    def say_answer(self, article: FoundArticle, intro: Text | None = None) -> None:
        """Speak an article, its introduction and its steps, in a voice that can read it."""
        voice = article.voice(self.state.locale)
        heard = replace(self.state, locale=voice)
        self.say(worded(self.flow, heard, intro, "answer.intro", title=article.title), locale=voice)
        for step in article.steps:
            self.say(step, locale=article.locale)

    def final(self) -> Turn:
        """The last action again, for a contact that has already left self-service. Logs nothing."""
        node = self.flow.by_id.get(self.state.node)
        if self.state.status is Status.QUEUED:
            return self.turn(
                enqueue(self.flow, self.state, self._prompts, node if isinstance(node, LeavingNode) else None)
            )
        return self.turn(Close((), self.state.outcome or Outcome.ENDED))

    def close(self, outcome: Outcome) -> Turn:
        """End the contact."""
        reason = None if outcome is Outcome.SOLVED else self.state.reason
        self.state = replace(self.state, status=Status.CLOSED, outcome=outcome, reason=reason)
        return self.turn(Close(paced(self.state, self._prompts), outcome))

    def _enter(self, node: PassingNode | AskingNode | EndNode) -> Turn | str | None:
        match node:
            case GreetingNode() | SayNode() | AnswerNode() | SetNode() | MessageNode():
                return self._pass(node)
            case HoursNode() | LookupNode() | BranchNode():
                return self._decide(node)
            case ChooseNode() if not self.state.candidates:
                return node.none
            case MenuNode() | AskNode() | ConfirmNode() | ChooseNode() | LanguageNode() | NumberNode():
                return self.present(node)
            case RequestNode():
                return self.request(node)
            case QueueNode() | CallbackNode() | VoicemailNode():
                return self._leave(node)
            case CloseNode():
                self.say(worded(self.flow, self.state, node.prompt, "close.solved"))
                return self.close(Outcome.SOLVED)
            case HangupNode():
                self.say(worded(self.flow, self.state, node.prompt, f"close.{node.outcome}"))
                return self.close(Outcome(node.outcome))
            case _:
                assert_never(node)

    def _leave(self, node: LeavingNode) -> Turn | str | None:
        facts = self.state.facts
        match node:
            case QueueNode():
                return node.closed if node.closed and not facts.is_open else self._enqueue(node)
            case CallbackNode():
                return self._enqueue(node) if facts.can_call_back else self._other_way(node)
            case VoicemailNode():
                return self._enqueue(node) if facts.can_leave_message else self._other_way(node)
            case _:
                assert_never(node)

    def _other_way(self, node: CallbackNode | VoicemailNode) -> str:
        return node.otherwise if node.otherwise in self.flow.by_id else self.flow.human

    def request(self, node: RequestNode) -> Turn:
        """Ask the web service of `node`."""
        self.say(worded(self.flow, self.state, node.prompt, "request.wait"))
        self.state = replace(self.state, node=node.id, status=Status.REQUESTING)
        return self.turn(
            Request(
                prompts=paced(self.state, self._prompts),
                locale=self.state.locale,
                method=node.method,
                url=filled_url(node, self.state),
                body=filled_body(node, self.state),
                results=node.results,
                timeout_seconds=node.timeout_seconds,
            )
        )

    def _decide(self, node: HoursNode | LookupNode | BranchNode) -> str | None:
        match node:
            case HoursNode():
                return node.open if self.state.facts.is_open else node.closed
            case LookupNode():
                return self._look_up(node)
            case BranchNode():
                return branch(node, self.state)
            case _:
                assert_never(node)

    def _look_up(self, node: LookupNode) -> str | None:
        found = look_up(node, self.state)
        outcome = "not_found" if found is None else "found"
        text = message(f"path.{outcome}", self.flow.default_locale)
        self.note(PathKind.LOOKED_UP, node.name or node.what, detail=text, choice=outcome)
        if found is None:
            return node.none
        self.state = replace(found, path=self.state.path)
        return node.found

    def _text(self, node: MessageNode) -> None:
        """Written to who can read it; on the telephone the caller is not told, which is for the author to say."""
        text = fill(self.flow.words(node.text, self.state.locale), variables(self.flow, self.state))
        if self.state.facts.is_written:
            self.say(text)
        elif self.state.facts.can_text and text.strip():
            self._texts.append(text)
            self.note(
                PathKind.TEXTED, message("path.texted", self.flow.default_locale), detail=node.name or None
            )

    def _pass(self, node: GreetingNode | SayNode | AnswerNode | SetNode | MessageNode) -> str | None:
        match node:
            case GreetingNode():
                self._greet(node)
            case SayNode():
                self._announce(node)
            case AnswerNode():
                return self._answer(node)
            case SetNode():
                self.take(node)
            case MessageNode():
                self._text(node)
            case _:
                assert_never(node)
        return node.next

    def _greet(self, node: GreetingNode) -> None:
        facts, locale = self.state.facts, self.state.locale
        part = message(f"daypart.{day_part(facts.local_now)}", locale)
        name = speakable_name(facts.name, locale)
        if facts.known and not facts.withheld:
            own, variant = node.known if name else None, "known" if name else "known_unnamed"
        elif facts.withheld:
            own, variant = node.withheld, "withheld"
        else:
            own, variant = node.unknown, "unknown"
        text = worded(self.flow, self.state, own, f"greeting.{variant}", daypart=part)
        self.say(text)
        self.note(PathKind.GREETING, text, choice=variant)

    def _announce(self, node: SayNode) -> None:
        text = fill(self.flow.words(node.prompt, self.state.locale), variables(self.flow, self.state))
        self.say(text, interruptible=node.interruptible)
        self.note(PathKind.ANNOUNCEMENT, node.name or text)

    def _answer(self, node: AnswerNode) -> str | None:
        article = self.state.article
        if article is None or not article.steps:
            self.state = replace(self.state, reason=UnsolvedReason.NO_ANSWER_FOUND)
            return node.otherwise if node.otherwise in self.flow.by_id else self.flow.human
        self.say_answer(article, node.intro)
        self.note(PathKind.ANSWER, article.title, article_id=article.article_id)
        return node.next

    def take(self, given: SetNode | MenuOption) -> None:
        """Keep what a choice or a step sets; what it leaves open stays."""
        state = self.state
        self.state = replace(
            state,
            topic=given.topic or state.topic,
            topic_source=_source(given) if given.topic else state.topic_source,
            topic_confidence=1.0 if given.topic else state.topic_confidence,
            queue=given.queue or state.queue,
            priority=given.priority or state.priority,
            skills=tuple(dict.fromkeys((*state.skills, *given.skills))),
        )

    def _enqueue(self, node: LeavingNode | None) -> Turn:
        self._by_history()
        self.state = replace(self.state, status=Status.QUEUED)
        action = enqueue(self.flow, self.state, self._prompts, node)
        if action.topic != self.state.topic:  # the node's own
            self.state = replace(
                self.state, topic=action.topic, topic_source=TopicSource.FLOW, topic_confidence=1.0
            )
        label = self.flow.topic_label(action.topic) or action.queue
        self.note(PathKind.QUEUED, label, detail=action.reason, choice=action.queue)
        return self.turn(action)

    def _by_history(self) -> None:
        """Nothing was said of the matter: it may be that of the customer's last contact."""
        recent = self.state.facts.recent_topic
        if self.state.topic is None and self.flow.history_days and recent in self.flow.topics:
            self.state = replace(
                self.state,
                topic=recent,
                topic_source=TopicSource.HISTORY,
                topic_confidence=HISTORY_CONFIDENCE,
            )

    def _fall_back(self) -> Turn:
        """The flow itself is at fault (unknown target, circle): straight to the fallback queue."""
        self.state = replace(self.state, reason=self.state.reason or UnsolvedReason.UNAVAILABLE)
        return self._enqueue(None)


def _source(given: SetNode | MenuOption) -> TopicSource:
    return TopicSource.FLOW if isinstance(given, SetNode) else TopicSource.MENU
