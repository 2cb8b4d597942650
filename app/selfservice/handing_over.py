"""Where a contact waits that leaves self-service, and what is said last. Pure."""

from collections.abc import Sequence

from app.selfservice.collecting import paced, worded
from app.selfservice.definition import FlowDefinition, TierRule, Topic
from app.selfservice.nodes import CallbackNode, LeavingNode, QueueNode, VoicemailNode
from app.selfservice.state import State
from app.selfservice.turns import Enqueue, Prompt, Way

_WAYS = {"queue": Way.WAIT, "callback": Way.CALLBACK, "voicemail": Way.VOICEMAIL}


def enqueue(
    flow: FlowDefinition, state: State, prompts: Sequence[Prompt], node: LeavingNode | None
) -> Enqueue:
    """The way into a queue from `node`; without one, the flow's fallback. `prompts` are said first.

    The queue: the tier's, else the node's, else the one collected, else the topic's, else the fallback's. The best of
    the priorities counts, and all skills."""
    wish = node or QueueNode(kind="queue", id="fallback")
    topic = state.topic or wish.topic
    known = flow.topics.get(topic, Topic(label={})) if topic else Topic(label={})
    tier = flow.tiers.get(state.facts.tier, TierRule())
    queue = tier.queue or wish.queue or state.queue or known.queue
    priorities = (tier.priority, wish.priority, state.priority, known.priority)
    language = flow.language_skills.get(state.locale)
    skills = (*((language,) if language else ()), *state.skills, *wish.skills, *known.skills)
    return Enqueue(
        prompts=paced(state, (*prompts, *_parting(flow, state, wish))),
        queue=queue or flow.fallback.queue,
        priority=min((p for p in priorities if p), default=flow.fallback.priority),
        skills=tuple(dict.fromkeys(skills if queue else (*skills, *flow.fallback.skills))),
        topic=topic,
        reason=state.reason,
        way=_WAYS[wish.kind],
    )


def _parting(flow: FlowDefinition, state: State, node: LeavingNode) -> tuple[Prompt, ...]:
    """What is said last. The words before the tone of a voicemail are the channel's own."""
    match node:
        case VoicemailNode(prompt=None):
            return ()
        case CallbackNode():
            default = "callback.promised"
        case _:
            default = f"queue.{state.reason or 'transfer'}"
    return (Prompt(worded(flow, state, node.prompt, default), state.locale),)
