"""A turn of self-service as the visitor sees it: a text, and buttons. Pure.

The interpreter words everything for the eye already (`Facts.is_written`).
"""

from dataclasses import dataclass

import orjson

from app.selfservice.turns import Choice, Close, Collect, Enqueue, Prompt, Request, Turn


@dataclass(frozen=True, slots=True)
class Shown:
    """No choices and no words: nothing is asked."""

    text: str
    choices: tuple[Choice, ...] = ()
    wants_words: bool = False

    def stored(self) -> str:
        """As the run keeps it."""
        return orjson.dumps(
            {
                "text": self.text,
                "choices": [[choice.key, choice.label] for choice in self.choices],
                "wants_words": self.wants_words,
            }
        ).decode()


def restored(stored: str | None) -> Shown:
    """What `Shown.stored` made; nothing for what another channel kept there."""
    try:
        raw = orjson.loads(stored or "")
        choices = tuple(Choice(str(key), str(label)) for key, label in raw["choices"])
        return Shown(str(raw["text"]), choices, bool(raw["wants_words"]))
    except (ValueError, KeyError, TypeError):
        return Shown("")


def shown(turn: Turn) -> Shown:
    """The turn for the eye."""
    match turn.action:
        case Collect() as asked:
            return Shown(_text(asked.prompts), asked.choices, wants_words=True)
        case Enqueue() | Close() | Request() as said:
            return Shown(_text(said.prompts))
    return Shown("")


def _text(prompts: tuple[Prompt, ...]) -> str:
    return "\n\n".join(text for prompt in prompts if (text := prompt.text.strip()))
